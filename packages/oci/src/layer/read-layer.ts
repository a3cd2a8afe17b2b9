import type { Hash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { EntryVisitor, LayerDescriptor, LayerRead } from '@bulkhead/scanner';
import { checkDigest, hashFor, short } from '../blob/digest.ts';
import { OciError } from '../error.ts';
import { TarReader } from '../tar/reader.ts';
import { DEFAULT_BOUNDS, type LayerBounds } from './bounds.ts';
import { compressionOf, createDecompressor, MAGIC_BYTES, release } from './decompress.ts';
import { readingWhiteouts } from './whiteout.ts';

/**
 * Reads a stored layer: decompresses it by what it is, gives its entries to the visitor in order, and checks both
 * digests, the blob's and the uncompressed layer's. What the visitor has seen counts only once this resolves.
 */
export async function readLayer(
  blob: AsyncIterable<Buffer>,
  layer: LayerDescriptor,
  visitor: EntryVisitor,
  signal: AbortSignal,
  { blobDigest = layer.digest, bounds = DEFAULT_BOUNDS, onBytes, digestFix }: LayerReadOptions = {},
): Promise<LayerRead> {
  if (layer.mediaType.endsWith('+encrypted')) {
    throw new OciError('LAYER_UNSUPPORTED', {
      what: `layer ${short(layer.diffId)} cannot be read`,
      why: 'it is encrypted',
    });
  }
  const timeout = AbortSignal.timeout(bounds.maxMs);
  const reading = new Reading(layer, visitor, { blobDigest, bounds, onBytes, digestFix });
  try {
    await reading.run(blob, AbortSignal.any([signal, timeout]));
  } catch (error) {
    reading.abort();
    signal.throwIfAborted();
    if (timeout.aborted) throw tooLarge(layer, `reading it took more than ${bounds.maxMs / 60_000} minutes`, error);
    throw explain(error, layer);
  }
  return reading.result;
}

export interface LayerReadOptions {
  /** `'unknown'` where the source has no digest of the stored bytes, as in archives of older `docker save`. */
  readonly blobDigest?: string;
  readonly bounds?: LayerBounds;
  /** Told how many stored bytes have come since it was last called. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
  /** What to do about a layer that is not what it should be by its digest, where the source knows. */
  readonly digestFix?: string | undefined;
}

class Reading {
  readonly #layer: LayerDescriptor;
  readonly #bounds: LayerBounds;
  readonly #tar: TarReader;
  readonly #blobDigest: string;
  readonly #onBytes: LayerReadOptions['onBytes'];
  readonly #digestFix: LayerReadOptions['digestFix'];
  readonly #blobHash: Hash | undefined;
  #diffHash: Hash | undefined;
  #storedBytes = 0;
  #bytes = 0;

  constructor(
    layer: LayerDescriptor,
    visitor: EntryVisitor,
    { blobDigest, bounds, onBytes, digestFix }: LayerReadOptions & { blobDigest: string; bounds: LayerBounds },
  ) {
    this.#layer = layer;
    this.#bounds = bounds;
    this.#onBytes = onBytes;
    this.#digestFix = digestFix;
    this.#tar = new TarReader(readingWhiteouts(visitor));
    this.#blobDigest = blobDigest;
    this.#blobHash = blobDigest === 'unknown' ? undefined : hashFor(blobDigest);
  }

  get result(): LayerRead {
    return { entries: this.#tar.entries, storedBytes: this.#storedBytes, bytes: this.#bytes };
  }

  async run(blob: AsyncIterable<Buffer>, signal: AbortSignal): Promise<void> {
    const chunks = this.#stored(blob)[Symbol.asyncIterator]();
    const head = await firstBytes(chunks);
    const compression = compressionOf(head);
    // One pass over the bytes is enough where both digests are of the same ones.
    const isSame = compression === 'none' && this.#blobDigest === this.#layer.diffId;
    this.#diffHash = isSame ? undefined : hashFor(this.#layer.diffId);
    const stored = prepend(head, chunks);
    if (compression === 'none') {
      for await (const chunk of stored) {
        signal.throwIfAborted();
        this.#uncompressed(chunk);
      }
    } else {
      let drained = false;
      await pipeline(
        async function* () {
          yield* stored;
          drained = true;
        },
        createDecompressor(compression),
        async (uncompressed: AsyncIterable<Buffer>) => {
          for await (const chunk of uncompressed) {
            this.#uncompressed(chunk);
            release(chunk);
          }
        },
        { signal },
      );
      if (!drained) throw corrupt(this.#layer, `it goes on after the end of its ${compression} data`);
    }
    this.#tar.end();
    const what = `layer ${short(this.#layer.diffId)} is corrupt`;
    const { diffId, size } = this.#layer;
    if (size !== undefined && size !== this.#storedBytes) {
      throw corrupt(this.#layer, `it has ${this.#storedBytes} bytes instead of ${size}`);
    }
    const check = (hash: Hash | undefined, digest: string, whole: string): void => {
      if (hash !== undefined) checkDigest(hash, digest, 'LAYER_CORRUPT', whole, this.#digestFix);
    };
    check(this.#blobHash, this.#blobDigest, what);
    check(this.#diffHash, diffId, `${what} once uncompressed`);
  }

  abort(): void {
    this.#tar.abort();
  }

  async *#stored(blob: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of blob) {
      this.#storedBytes += chunk.length;
      this.#onBytes?.(chunk.length);
      this.#blobHash?.update(chunk);
      yield chunk;
    }
  }

  #uncompressed(chunk: Buffer): void {
    this.#bytes += chunk.length;
    const { maxBytes, maxRatio, ratioFreeBytes } = this.#bounds;
    if (this.#bytes > maxBytes) throw tooLarge(this.#layer, `it holds more than ${maxBytes} bytes`);
    if (this.#bytes > ratioFreeBytes && this.#bytes > this.#storedBytes * maxRatio) {
      throw tooLarge(this.#layer, `it expands to more than ${maxRatio} times its size`);
    }
    this.#diffHash?.update(chunk);
    this.#tar.write(chunk);
  }
}

async function firstBytes(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < MAGIC_BYTES) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  return head;
}

async function* prepend(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
  } finally {
    await chunks.return?.();
  }
}

function explain(error: unknown, layer: LayerDescriptor): unknown {
  const layerName = `layer ${short(layer.diffId)}`;
  if (error instanceof OciError) {
    if (error.what.includes(layerName) || !error.code.startsWith('LAYER_')) return error;
    return new OciError(error.code, { what: `${layerName} is refused`, why: error.message }, { cause: error });
  }
  // zlib's codes: Z_DATA_ERROR, Z_BUF_ERROR, ZSTD_error_…; they say what the compressed data does wrong.
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (!/^(?:Z_|ZSTD_)/.test(code)) return error;
  return corrupt(layer, error instanceof Error ? error.message : code, error);
}

function corrupt(layer: LayerDescriptor, why: string, cause?: unknown): OciError {
  return new OciError('LAYER_CORRUPT', { what: `layer ${short(layer.diffId)} is corrupt`, why }, { cause });
}

function tooLarge(layer: LayerDescriptor, why: string, cause?: unknown): OciError {
  return new OciError('LAYER_TOO_LARGE', { what: `layer ${short(layer.diffId)} is refused`, why }, { cause });
}
