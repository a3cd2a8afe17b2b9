import type { MethodDefinition } from '@grpc/grpc-js';
import { EnrolRequest, EnrolResponse, FromAgent, ToAgent } from '../gen/agent/v1/agent.ts';

/** What a message is read as that is none. */
export interface Unreadable {
  readonly unreadable: string;
}

interface Codec<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
}

/** `Enrol`: a token and a request for a certificate against the certificate. */
export const ENROL = method('Enrol', EnrolRequest, EnrolResponse, false);
/** `Connect`: the one stream of an agent. */
export const CONNECT = method('Connect', FromAgent, ToAgent, true);

/**
 * `Connect` as a server reads it: bytes that are no message come to its handler. gRPC's own way would end the stream as if the
 * server had failed, and nobody would hear of it.
 */
export const CONNECT_SERVED: MethodDefinition<FromAgent | Unreadable, ToAgent> = {
  ...CONNECT,
  requestSerialize: (message) => {
    if ('unreadable' in message) throw new TypeError(message.unreadable);
    return CONNECT.requestSerialize(message);
  },
  requestDeserialize: (bytes) => {
    try {
      return CONNECT.requestDeserialize(bytes);
    } catch (error) {
      return { unreadable: error instanceof Error ? error.message : String(error) };
    }
  },
};

function method<Request, Response>(
  name: string,
  request: Codec<Request>,
  response: Codec<Response>,
  stream: boolean,
): MethodDefinition<Request, Response> {
  return {
    path: `/bulkhead.agent.v1.AgentService/${name}`,
    requestStream: stream,
    responseStream: stream,
    requestSerialize: (message) => Buffer.from(request.encode(message).finish()),
    requestDeserialize: (bytes) => request.decode(bytes),
    responseSerialize: (message) => Buffer.from(response.encode(message).finish()),
    responseDeserialize: (bytes) => response.decode(bytes),
  };
}
