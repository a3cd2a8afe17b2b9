import { ChannelCredentials, Client, type ClientDuplexStream, type StatusObject } from '@grpc/grpc-js';
import type { AgentCredentials } from '../client/channel.ts';
import { FromAgent, ToAgent } from '../gen/agent/v1/agent.ts';
import { CONNECT } from '../wire/service.ts';

type Body = NonNullable<FromAgent['body']>;

/** The bytes of a message as an agent writes it. */
export function bytesOf(body: Body): Buffer {
  return Buffer.from(FromAgent.encode({ body }).finish());
}

export const HELLO = bytesOf({
  $case: 'hello',
  value: { node: 'node-1', version: '1', capabilities: [], policyVersion: '' },
});

/** A batch as an agent writes it. */
export function batchOf(epoch: number, firstSequence: number, events: readonly (string | Buffer)[]): Buffer {
  return bytesOf({
    $case: 'events',
    value: { epoch, firstSequence, events: events.map((event) => Buffer.from(event)) },
  });
}

/** Somebody with the certificate of an agent who writes whatever bytes they like. */
export class RawAgent {
  readonly answers: NonNullable<ToAgent['body']>[] = [];
  readonly #client: Client;
  readonly #stream: ClientDuplexStream<Buffer, Buffer>;
  readonly #status: Promise<StatusObject>;

  constructor(address: string, { trustPem, chainPem, keyPem }: AgentCredentials, options: Record<string, number> = {}) {
    const pems = [trustPem, keyPem, chainPem].map((pem) => Buffer.from(pem)) as [Buffer, Buffer, Buffer];
    this.#client = new Client(address, ChannelCredentials.createSsl(...pems), {
      'grpc.max_send_message_length': -1,
      'grpc.use_local_subchannel_pool': 1,
      'grpc.enable_retries': 0,
      'grpc.ssl_target_name_override': 'localhost',
      ...options,
    });
    const same = (bytes: Buffer): Buffer => bytes;
    this.#stream = this.#client.makeBidiStreamRequest(CONNECT.path, same, same);
    this.#status = new Promise((resolve) => this.#stream.once('status', resolve));
    // It comes as a status too.
    this.#stream.on('error', () => undefined);
    this.#stream.on('data', (bytes: Buffer) => {
      const { body } = ToAgent.decode(bytes);
      if (body !== undefined) this.answers.push(body);
    });
  }

  send(...messages: readonly Buffer[]): void {
    for (const message of messages) this.#stream.write(message);
  }

  /** Says that it has nothing more to say; gives how the stream ended. */
  async end(): Promise<StatusObject> {
    this.#stream.end();
    return this.ended();
  }

  /** How the server ended the stream. */
  async ended(): Promise<StatusObject> {
    const status = await this.#status;
    this.#client.close();
    return status;
  }
}
