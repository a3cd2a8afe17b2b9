import { Client, credentials, type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Carrier } from './carrier.ts';

const PATH = '/shop.v1.Payments/Pay';
const LENGTH_DELIMITED = 2;

/** A unary call whose message has the document as its third field, after an order's number and a time. */
export const GRPC: Carrier = {
  name: 'grpc',
  group: 'plain',
  kinds: ['json', 'json-spaces', 'json-number', 'xml', 'csv', 'base64'],
  missing: () => undefined,
  async start() {
    const asBytes = (bytes: Buffer): Buffer => bytes;
    const pay: handleUnaryCall<Buffer, Buffer> = (_, answer) => answer(null, field(1, Buffer.from('taken')));
    const server = new Server();
    const method = {
      path: PATH,
      requestStream: false,
      responseStream: false,
      requestSerialize: asBytes,
      requestDeserialize: asBytes,
      responseSerialize: asBytes,
      responseDeserialize: asBytes,
    };
    server.addService({ pay: method }, { pay });
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      );
    });
    return {
      port,
      async carry({ bytes }) {
        const options = { 'grpc.use_local_subchannel_pool': 1 };
        const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
        const message = Buffer.concat([
          field(1, Buffer.from('order-7')),
          Buffer.from([0x10, 0x96, 0x01]),
          field(3, bytes),
        ]);
        await new Promise<void>((resolve, reject) => {
          client.makeUnaryRequest(PATH, asBytes, asBytes, message, (error) =>
            error === null ? resolve() : reject(error),
          );
        });
        client.close();
      },
      stop: () =>
        new Promise((resolve, reject) => {
          server.tryShutdown((error) => (error === undefined ? resolve() : reject(error)));
        }),
    };
  },
};

/** A length-delimited field of the protobuf wire format. */
function field(number: number, bytes: Buffer): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest > 0x7f; rest >>>= 7) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([(number << 3) | LENGTH_DELIMITED, ...length, rest]), bytes]);
}
