import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { AdvisoryDbError } from '../error.ts';

/** One file or URL that holds a catalogue. */
export interface Resource {
  readonly location: string;
  /** Its bytes in pieces. Throws FEED_UNREACHABLE, also while it is read. */
  read(signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

export function fileResource(path: string): Resource {
  const location = resolve(path);
  return {
    location,
    async read() {
      try {
        const handle = await open(location);
        return handle.createReadStream();
      } catch (cause) {
        const { code, message } = cause as NodeJS.ErrnoException;
        const why = code === 'ENOENT' ? 'there is no such file' : message;
        throw new AdvisoryDbError(
          'FEED_UNREACHABLE',
          { what: `cannot read ${JSON.stringify(location)}`, why, fix: 'check the path' },
          { cause },
        );
      }
    },
  };
}

/** Collects a resource that has to be parsed whole, up to a bound. */
export async function readWhole(resource: Resource, maxBytes: number, signal: AbortSignal): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of await readable(resource, signal)) {
    size += piece.length;
    if (size > maxBytes) throw invalid(resource, `it has more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** A resource's pieces, whose failures on the way are failures of the feed. */
export async function readable(resource: Resource, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
  const pieces = await resource.read(signal);
  return (async function* () {
    try {
      yield* pieces;
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof AdvisoryDbError) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new AdvisoryDbError(
        'FEED_UNREACHABLE',
        { what: `cannot read ${JSON.stringify(resource.location)}`, why, fix: 'try again later' },
        { cause },
      );
    }
  })();
}

export function invalid(resource: Resource, why: string, cause?: unknown): AdvisoryDbError {
  return new AdvisoryDbError(
    'FEED_INVALID',
    { what: `cannot use ${JSON.stringify(resource.location)}`, why, fix: 'check that it is the right file' },
    { cause },
  );
}
