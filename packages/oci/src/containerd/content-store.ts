import type { Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { short } from '../blob/digest.ts';
import type { BlobReference, BlobStore } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { decodeGetImage, decodeReadContent, encodeGetImage, encodeReadContent, type ImageTarget } from './messages.ts';

/** A look-up in a local database. */
const DEADLINE_MS = 10_000;
/** containerd sends a megabyte at a time. */
const MAX_MESSAGE_BYTES = 8 << 20;

const GET_IMAGE = '/containerd.services.images.v1.Images/Get';
const READ_CONTENT = '/containerd.services.content.v1.Content/Read';

/** gRPC's status numbers that are told apart. */
const STATUS = { deadlineExceeded: 4, notFound: 5, permissionDenied: 7, unavailable: 14 };

/**
 * The images of one namespace of containerd, over its socket. Its database and the folders of its content belong to
 * the daemon: their layout is no interface, they are locked while it runs, and where they are is its configuration's.
 */
export class ContainerdStore implements BlobStore {
  readonly #socket: string;
  readonly #client: Client;
  readonly #metadata: Metadata;

  private constructor(socket: string, client: Client, metadata: Metadata) {
    this.#socket = socket;
    this.#client = client;
    this.#metadata = metadata;
  }

  /** Makes a client; gRPC is loaded only now. Nothing is sent before the first question. */
  static async connect(socket: string, namespace: string): Promise<ContainerdStore> {
    const grpc = await import('@grpc/grpc-js');
    const metadata = new grpc.Metadata();
    metadata.set('containerd-namespace', namespace);
    const client = new grpc.Client(`unix://${socket}`, grpc.credentials.createInsecure(), {
      // Without an authority of its own gRPC sends the socket's path, which some servers refuse as a host name.
      'grpc.default_authority': 'localhost',
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    });
    return new ContainerdStore(socket, client, metadata);
  }

  /** The manifest or index that a name stands for. */
  target(name: string): Promise<ImageTarget> {
    const { promise, resolve, reject } = Promise.withResolvers<ImageTarget>();
    this.#client.makeUnaryRequest(
      GET_IMAGE,
      (value: string) => encodeGetImage(value),
      decodeGetImage,
      name,
      this.#metadata,
      { deadline: Date.now() + DEADLINE_MS },
      (error, target) => {
        if (error !== null) reject(this.#explain(error, `the image "${name}"`));
        else if (target === undefined) reject(this.#failed(`it answers nothing about the image "${name}"`));
        else resolve(target);
      },
    );
    return promise;
  }

  async *stream(blob: BlobReference, signal: AbortSignal): AsyncGenerator<Buffer> {
    signal.throwIfAborted();
    const call = this.#client.makeServerStreamRequest(
      READ_CONTENT,
      (digest: string) => encodeReadContent(digest),
      decodeReadContent,
      blob.digest,
      this.#metadata,
    );
    const cancel = (): void => call.cancel();
    signal.addEventListener('abort', cancel);
    try {
      for await (const data of call as AsyncIterable<Uint8Array>) {
        yield Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw this.#explain(error, `the content ${short(blob.digest)}`);
    } finally {
      signal.removeEventListener('abort', cancel);
      call.cancel();
    }
  }

  close(): Promise<void> {
    this.#client.close();
    return Promise.resolve();
  }

  #explain(error: unknown, what: string): OciError {
    const { code, details } = error as Partial<ServiceError>;
    const number: number | undefined = code;
    const options = { cause: error };
    if (number === STATUS.notFound) {
      const isContent = what.startsWith('the content');
      return new OciError(
        'IMAGE_NOT_FOUND',
        {
          what: `containerd at "${this.#socket}" does not have ${what}`,
          // discard_unpacked_layers, and pulls of other platforms.
          ...(isContent
            ? { why: 'it keeps only what was unpacked of it', fix: 'scan the image from its registry' }
            : {}),
        },
        options,
      );
    }
    if (number === STATUS.unavailable || number === STATUS.deadlineExceeded) {
      return new OciError('RUNTIME_UNREACHABLE', `no containerd answers at "${this.#socket}"`, options);
    }
    return this.#failed(`it does not give ${what}: ${details ?? String(error)}`, error);
  }

  #failed(why: string, cause?: unknown): OciError {
    return new OciError(
      'RUNTIME_FAILED',
      { what: `containerd at "${this.#socket}" does not do as asked`, why },
      { cause },
    );
  }
}
