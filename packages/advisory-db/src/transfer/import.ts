import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import { type DatabaseSummary, readSummary } from '../database-summary.ts';
import { AdvisoryDbError } from '../error.ts';
import { type FeedProgress, fetching, type OnBytes } from '../feed/progress.ts';
import type { Resource } from '../feed/resource.ts';
import { openDatabase } from '../store/open.ts';
import { removeDatabase, replaceFile } from '../store/replace-file.ts';
import { databaseError } from '../store/sqlite-error.ts';
import { verifyDatabase } from '../store/verify.ts';

export interface ImportOptions {
  /** What `exportDatabase` wrote, or a database as it is. */
  readonly resource: Resource;
  /** The file to put it in place of; that one stays when anything fails. */
  readonly output: string;
  /** `sha256:…` of the bytes as they come; without it only the file's own checksums are looked at. */
  readonly digest?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: FeedProgress) => void;
}

/** Decompressed; all of OSV takes 1 GB. */
const MAX_DATABASE_BYTES = 32 * 1024 ** 3;
const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

/** Takes over a database that was made elsewhere, after reading all of it. */
export async function importDatabase(options: ImportOptions): Promise<DatabaseSummary> {
  const { resource, output, digest, signal, onProgress } = options;
  const source = resource.location;
  const arriving = `${output}.${process.pid}.arriving`;
  try {
    await mkdir(dirname(output), { recursive: true });
    const actual = await receive(resource, arriving, signal, fetching(source, onProgress));
    if (digest !== undefined && digest !== actual) {
      throw new AdvisoryDbError('FEED_INVALID', {
        what: `cannot use ${JSON.stringify(resource.location)}`,
        why: `its digest is ${actual} and not ${digest}`,
        fix: 'fetch it again, or check where the digest comes from',
      });
    }
    const database = openArrived(arriving, resource.location);
    let summary: DatabaseSummary;
    try {
      onProgress?.({ source, step: 'checking' });
      verifyDatabase(database, resource.location);
      summary = readSummary(database, arriving);
    } finally {
      database.close();
    }
    await replaceFile(arriving, output);
    return { ...summary, file: output };
  } catch (cause) {
    signal.throwIfAborted();
    throw databaseError(`cannot import ${JSON.stringify(resource.location)}`, cause);
  } finally {
    await removeDatabase(arriving);
  }
}

/** The file is ours, and gone in a moment: whoever reads an error knows the place it came from. */
function openArrived(file: string, location: string): DatabaseSync {
  try {
    return openDatabase(file, 'read');
  } catch (cause) {
    if (!(cause instanceof AdvisoryDbError) || cause.code === 'DB_BUSY') throw cause;
    const fix = cause.code === 'DB_TOO_NEW' ? (cause.fix ?? 'update the program') : 'check that it is the right file';
    const parts = { what: `cannot use ${JSON.stringify(location)}`, fix };
    throw new AdvisoryDbError(cause.code, { ...parts, ...(cause.why !== undefined && { why: cause.why }) }, { cause });
  }
}

/** Writes the database to a file, decompressed, and gives the digest of what came. */
async function receive(resource: Resource, file: string, signal: AbortSignal, onBytes: OnBytes): Promise<string> {
  const hash = createHash('sha256');
  let received = 0;
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const piece of resource.read(signal)) {
      hash.update(piece);
      received += piece.length;
      onBytes?.(received, resource.size);
      yield piece;
    }
  }
  const iterator = hashed();
  const first = await iterator.next();
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (first.done !== true) yield first.value;
    yield* iterator;
  }
  async function* bounded(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const piece of pieces) {
      size += piece.length;
      if (size > MAX_DATABASE_BYTES) throw new Error(`it has more than ${MAX_DATABASE_BYTES} bytes`);
      yield piece;
    }
  }
  const compressed = first.done !== true && ZSTD_MAGIC.equals(first.value.subarray(0, ZSTD_MAGIC.length));
  try {
    if (compressed) await pipeline(whole, createZstdDecompress(), bounded, createWriteStream(file), { signal });
    else await pipeline(whole, bounded, createWriteStream(file), { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const { code } = cause as NodeJS.ErrnoException;
    // What the disk says is not the artifact's fault.
    if (cause instanceof AdvisoryDbError || code === 'ENOSPC' || code === 'EACCES' || code === 'EDQUOT') throw cause;
    throw new AdvisoryDbError(
      'FEED_INVALID',
      { what: `cannot use ${JSON.stringify(resource.location)}`, why: (cause as Error).message, fix: 'fetch it again' },
      { cause },
    );
  }
  return `sha256:${hash.digest('hex')}`;
}
