import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { AdvisoryDbError } from '../error.ts';

/** One file or URL that holds a catalogue. */
export interface Resource {
  readonly location: string;
  /** In bytes, where it is known before reading. */
  readonly size?: number;
  /** Its bytes in pieces. Throws FEED_UNREACHABLE, also while it is read. */
  read(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export function fileResource(path: string): Resource {
  const location = resolve(path);
  return {
    location,
    async *read() {
      try {
        yield* createReadStream(location);
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
  for await (const piece of resource.read(signal)) {
    size += piece.length;
    if (size > maxBytes) throw invalid(resource, `it has more than ${maxBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** EPSS, the largest, has 3 MB compressed. */
const MAX_PREFETCHED_BYTES = 256 * 1024 * 1024;

/** The same resource, read already. */
export async function prefetched(resource: Resource, signal: AbortSignal): Promise<Resource> {
  const bytes = await readWhole(resource, MAX_PREFETCHED_BYTES, signal);
  return {
    location: resource.location,
    async *read() {
      yield bytes;
    },
  };
}

export function invalid(resource: Resource, why: string, cause?: unknown): AdvisoryDbError {
  return new AdvisoryDbError(
    'FEED_INVALID',
    { what: `cannot use ${JSON.stringify(resource.location)}`, why, fix: 'check that it is the right file' },
    { cause },
  );
}
