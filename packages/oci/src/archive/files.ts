import { constants, type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { OciError } from '../error.ts';
import { compressionOf, MAGIC_BYTES } from '../layer/decompress.ts';
import type { CompressedTar } from './compressed-tar.ts';
import { indexTar, streamExtent } from './tar-index.ts';

/** The files of an archive or of a folder with the same files in it, read at random. */
export interface ArchiveFiles {
  has(name: string): boolean;
  /** Undefined where there is no such file. */
  size(name: string): number | undefined;
  stream(name: string, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Some of the names on the top level, to say what a thing is that is no image. */
  topNames(): readonly string[];
  close(): Promise<void>;
}

export async function openTarFiles(path: string, signal: AbortSignal): Promise<ArchiveFiles> {
  const file = await open(path, 'r');
  try {
    if (!(await file.stat()).isFile()) throw new OciError('NOT_AN_IMAGE', `"${path}" is no file`);
    const indexed = await indexFile(file, path, signal);
    return {
      has: (name) => indexed.table.find(name) !== undefined,
      size: (name) => indexed.table.find(name)?.size,
      stream: (name, streamSignal) => {
        const extent = indexed.table.find(name);
        if (extent === undefined) throw missing(path, name);
        return indexed.stream(extent, streamSignal);
      },
      topNames: () => topNames(indexed.table.names),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function indexFile(file: FileHandle, path: string, signal: AbortSignal): Promise<CompressedTar> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC_BYTES), 0, MAGIC_BYTES, 0);
  const compression = compressionOf(buffer.subarray(0, bytesRead));
  if (compression === 'none') {
    const table = await indexTar(file, path, signal);
    return { table, stream: (extent, streamSignal) => streamExtent(file, path, extent, streamSignal) };
  }
  const { indexCompressedTar } = await import('./compressed-tar.ts');
  return indexCompressedTar(file, path, compression, signal);
}

/** Files of a folder that count: its blobs, as many as an archive may have. */
const MAX_FILES = 100_000;

/** Opens an OCI layout that is a folder. Only plain files count: a link could lead anywhere on this machine. */
export async function openFolderFiles(path: string): Promise<ArchiveFiles> {
  const sizes = new Map<string, number>();
  for (const folder of ['', 'blobs/sha256', 'blobs/sha512']) {
    const entries = await readdir(join(path, folder), { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && folder !== '') return [];
      throw error;
    });
    for (const entry of entries) {
      if (entry.isFile() && sizes.size < MAX_FILES)
        sizes.set(folder === '' ? entry.name : `${folder}/${entry.name}`, 0);
    }
  }
  return {
    has: (name) => sizes.has(name),
    size: () => undefined,
    stream: (name, signal) => streamFile(path, name, signal),
    topNames: () => topNames(sizes.keys()),
    close: () => Promise.resolve(),
  };
}

async function* streamFile(path: string, name: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const file = await open(join(path, name), constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw missing(path, name, error);
  });
  const stream = file.createReadStream({ highWaterMark: 256 * 1024, signal });
  yield* stream as AsyncIterable<Buffer>;
}

const MAX_NAMES = 12;

function topNames(names: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const name of names) {
    found.add(name.split('/', 1)[0] ?? name);
    if (found.size > MAX_NAMES) break;
  }
  return [...found].slice(0, MAX_NAMES);
}

function missing(path: string, name: string, cause?: unknown): OciError {
  const what = `"${path}" is not complete`;
  return new OciError('ARCHIVE_CORRUPT', { what, why: `"${name.slice(0, 100)}" is missing` }, { cause });
}
