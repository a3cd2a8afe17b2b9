import type { FileHandle } from 'node:fs/promises';
import { OciError } from '../error.ts';
import { TarReader } from '../tar/reader.ts';
import { archiveCorrupt, EntryTable, type Extent } from './entry-table.ts';

/** One read of the file brings the headers of all small entries near it. */
const WINDOW_BYTES = 64 * 1024;
/** Large enough that reading costs little beside what is done with the bytes. */
const CHUNK_BYTES = 256 * 1024;

/** Reads all headers of an uncompressed archive once, jumping over contents: every file can then be read at once. */
export async function indexTar(file: FileHandle, archive: string, signal: AbortSignal): Promise<EntryTable> {
  const { size: archiveBytes } = await file.stat();
  const table = new EntryTable(archive);
  const reader: TarReader = new TarReader({
    folder: () => undefined,
    file: ({ path, size, kind, target = '' }) => {
      if (kind === 'file') {
        const offset = reader.dataOffset;
        if (offset === undefined) throw archiveCorrupt(archive, `"${path.slice(0, 100)}" is a sparse file`);
        if (offset + size > archiveBytes) throw archiveCorrupt(archive, `it is cut off inside "${path.slice(0, 100)}"`);
        table.addFile(path, { offset, size });
      } else table.addLink(path, target, kind);
      return undefined;
    },
  });
  await asArchive(table, async () => {
    const window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
    for (let at = 0; at < archiveBytes; ) {
      signal.throwIfAborted();
      const { bytesRead } = await file.read(window, 0, WINDOW_BYTES, at);
      if (bytesRead === 0) break;
      at += bytesRead;
      reader.write(window.subarray(0, bytesRead));
      at += reader.skippable;
      reader.skip();
    }
    reader.end();
  });
  return table;
}

/** A file's content; each chunk is valid until the next is asked for. */
export async function* streamExtent(
  file: FileHandle,
  archive: string,
  { offset, size }: Extent,
  signal: AbortSignal,
): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, size));
  for (let at = 0; at < size; ) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, Math.min(CHUNK_BYTES, size - at), offset + at);
    if (bytesRead === 0) throw archiveCorrupt(archive, 'it was cut while it was read');
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** The tar reader speaks of layers; here it reads what is around them. */
export async function asArchive<T>(table: EntryTable, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof OciError) || !error.code.startsWith('LAYER_')) throw error;
    if (!table.isEmpty) throw archiveCorrupt(table.archive, error.message, error);
    const parts = { what: `"${table.archive}" is no image`, why: 'it is no tar archive and no OCI layout' };
    throw new OciError('NOT_AN_IMAGE', parts, { cause: error });
  }
}
