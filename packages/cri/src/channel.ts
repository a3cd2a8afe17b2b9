import type { Client, ServiceError } from '@grpc/grpc-js';
import { CriError } from './error.ts';
import type { Message } from './wire.ts';

export interface Method<Request, Response> {
  readonly path: string;
  readonly request: Message<Request>;
  readonly response: Message<Response>;
}

export function runtimeMethod<Request, Response>(
  name: string,
  request: Message<Request>,
  response: Message<Response>,
): Method<Request, Response> {
  return { path: `/runtime.v1.RuntimeService/${name}`, request, response };
}

/** gRPC's status numbers that callers tell apart; the library's enum would load all of it. */
const STATUS = { deadlineExceeded: 4, unimplemented: 12, unavailable: 14 };

/** One connection to a runtime's socket. gRPC is loaded on the first use: agents without a runtime never pay for it. */
export class Channel {
  readonly #socket: string;
  readonly #deadlineMs: number;
  #client: Promise<Client> | undefined;

  constructor(socket: string, deadlineMs: number) {
    this.#socket = socket;
    this.#deadlineMs = deadlineMs;
  }

  async call<Request, Response>(method: Method<Request, Response>, request: Partial<Request>): Promise<Response> {
    const client = await this.#connect();
    const { promise, resolve, reject } = Promise.withResolvers<Response>();
    client.makeUnaryRequest(
      method.path,
      encoder(method.request),
      method.response.decode,
      request,
      { deadline: Date.now() + this.#deadlineMs },
      (error, response) => {
        if (error !== null) reject(this.#toCriError(method.path, error));
        else if (response === undefined) reject(new CriError('CALL_FAILED', `${method.path} answered nothing`));
        else resolve(response);
      },
    );
    return promise;
  }

  /** Calls `onMessage` with what is streamed until its end, or the signal's. Rejects as `call` does. */
  async stream<Request, Response>(
    method: Method<Request, Response>,
    request: Partial<Request>,
    onMessage: (message: Response) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const client = await this.#connect();
    if (signal.aborted) return;
    const { path, response } = method;
    const stream = client.makeServerStreamRequest(path, encoder(method.request), response.decode, request);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    stream.on('data', onMessage);
    stream.on('end', resolve);
    stream.on('error', (error: ServiceError) => (signal.aborted ? resolve() : reject(this.#toCriError(path, error))));
    const cancel = (): void => stream.cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  async close(): Promise<void> {
    const client = await this.#client;
    client?.close();
    this.#client = undefined;
  }

  #connect(): Promise<Client> {
    this.#client ??= import('@grpc/grpc-js').then(
      // Without an authority of its own gRPC sends the socket's path, which some servers refuse as a host name.
      (grpc) =>
        new grpc.Client(`unix://${this.#socket}`, grpc.credentials.createInsecure(), {
          'grpc.default_authority': 'localhost',
        }),
    );
    return this.#client;
  }

  #toCriError(path: string, error: ServiceError): CriError {
    const options = { cause: error };
    const code: number = error.code;
    if (code === STATUS.unavailable || code === STATUS.deadlineExceeded) {
      return new CriError('RUNTIME_UNREACHABLE', `no container runtime answers at "${this.#socket}"`, options);
    }
    if (code === STATUS.unimplemented) {
      return new CriError(
        'RUNTIME_UNSUPPORTED',
        `the runtime at "${this.#socket}" does not implement ${path}`,
        options,
      );
    }
    return new CriError('CALL_FAILED', `${path} failed: ${error.details}`, options);
  }
}

function encoder<T>(message: Message<T>): (value: Partial<T>) => Buffer {
  return (value) => Buffer.from(message.encode(value));
}
