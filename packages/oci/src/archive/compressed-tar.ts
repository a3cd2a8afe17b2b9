import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { OciError } from '../error.ts';
import { DEFAULT_BOUNDS } from '../layer/bounds.ts';
import { type Compression, createDecompressor, release } from '../layer/decompress.ts';
import { TarReader } from '../tar/reader.ts';
import { archiveCorrupt, EntryTable, type Extent } from './entry-table.ts';
import { asArchive, streamExtent } from './tar-index.ts';

/** Files of the archive that are kept in memory instead of being decompressed again: manifests and small layers. */
const MAX_KEPT_FILE_BYTES = 2 ** 20;
const MAX_KEPT_BYTES = 16 * 2 ** 20;

/**
 * An archive that is compressed as a whole (`docker save … | gzip`). Nothing is unpacked: small files are kept from the
 * first pass, a larger one costs one more pass up to its end.
 */
export interface CompressedTar {
  readonly table: EntryTable;
  stream(extent: Extent, signal: AbortSignal): AsyncIterable<Buffer>;
}

export async function indexCompressedTar(
  file: FileHandle,
  archive: string,
  compression: Exclude<Compression, 'none'>,
  signal: AbortSignal,
): Promise<CompressedTar> {
  const { size: storedBytes } = await file.stat();
  const stored = { offset: 0, size: storedBytes };
  const table = new EntryTable(archive);
  const kept = new Map<number, Buffer>();
  let keptBytes = 0;
  const reader: TarReader = new TarReader({
    folder: () => undefined,
    file: ({ path, size, kind, target = '' }) => {
      if (kind !== 'file') {
        table.addLink(path, target, kind);
        return undefined;
      }
      const offset = reader.dataOffset;
      if (offset === undefined) throw archiveCorrupt(archive, `"${path.slice(0, 100)}" is a sparse file`);
      table.addFile(path, { offset, size });
      if (size > MAX_KEPT_FILE_BYTES || keptBytes + size > MAX_KEPT_BYTES) return undefined;
      keptBytes += size;
      const chunks: Buffer[] = [];
      return {
        write: (chunk) => chunks.push(Buffer.from(chunk)) > 0,
        end: () => void kept.set(offset, Buffer.concat(chunks)),
      };
    },
  });

  async function* uncompressed(streamSignal: AbortSignal): AsyncGenerator<Buffer> {
    const decompressor = createDecompressor(compression);
    const filling = pipeline(streamExtent(file, archive, stored, streamSignal), decompressor, { signal: streamSignal });
    // Whoever reads gets the error from the decompressor itself.
    filling.catch(() => undefined);
    let bytes = 0;
    try {
      for await (const chunk of decompressor as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        const { maxBytes, maxRatio, ratioFreeBytes } = DEFAULT_BOUNDS;
        if (bytes > maxBytes || (bytes > ratioFreeBytes && bytes > storedBytes * maxRatio)) {
          throw new OciError(
            'LAYER_TOO_LARGE',
            `the archive "${archive}" expands to more than ${maxRatio} times its size`,
          );
        }
        yield chunk;
        release(chunk);
      }
    } catch (error) {
      if (error instanceof OciError || streamSignal.aborted) throw error;
      throw archiveCorrupt(archive, error instanceof Error ? error.message : String(error), error);
    } finally {
      decompressor.destroy();
    }
  }

  await asArchive(table, async () => {
    for await (const chunk of uncompressed(signal)) reader.write(chunk);
    reader.end();
  });

  async function* stream({ offset, size }: Extent, streamSignal: AbortSignal): AsyncGenerator<Buffer> {
    const whole = kept.get(offset);
    if (whole !== undefined) {
      yield whole;
      return;
    }
    let at = 0;
    for await (const chunk of uncompressed(streamSignal)) {
      const part = chunk.subarray(Math.max(offset - at, 0), Math.max(offset + size - at, 0));
      at += chunk.length;
      if (part.length > 0) yield part;
      if (at >= offset + size) return;
    }
  }

  return { table, stream };
}
