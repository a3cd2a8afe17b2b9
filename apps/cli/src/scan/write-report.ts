import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { access, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import type { ReportText } from '@bulkhead/scanner';
import { CliError } from '../error.ts';
import { type Io, writeAll } from '../io.ts';

/** Refuses a file that could not be written, before anything is scanned. */
export async function checkOutput(file: string | undefined): Promise<void> {
  if (file === undefined) return;
  try {
    await access(dirname(resolve(file)), constants.W_OK);
  } catch (cause) {
    throw unwritable(file, cause);
  }
}

/**
 * Writes a report to standard output or to a file: whole or not at all. A report of several texts needs a file, beside
 * which the others stand as `NAME-2.sarif`, `NAME-3.sarif` …
 */
export async function writeReport(texts: readonly ReportText[], file: string | undefined, io: Io): Promise<void> {
  if (file === undefined) {
    if (texts.length > 1) {
      throw new CliError('USAGE', {
        what: `the report needs ${texts.length} files`,
        why: 'its readers take no larger ones',
        fix: 'name the first one with --output',
      });
    }
    for (const text of texts) await writeAll(io.stdout, text);
    return;
  }
  if (await isDevice(file)) {
    // A pipe or /dev/stdout cannot be replaced, and must not be.
    if (texts.length > 1) throw unwritable(file, new Error(`the report needs ${texts.length} files`));
    await fill(file, 'w', texts[0] ?? []).catch((cause: unknown) => {
      throw unwritable(file, cause);
    });
    return;
  }
  const files = texts.map((_, index) => numbered(file, index + 1));
  const written: string[] = [];
  try {
    for (const [index, text] of texts.entries()) written.push(await writeBeside(files[index] ?? file, text));
    for (const [index, temporary] of written.entries()) await rename(temporary, files[index] ?? file);
  } catch (cause) {
    await Promise.all(written.map((temporary) => rm(temporary, { force: true })));
    throw cause instanceof CliError || io.signal.aborted ? cause : unwritable(file, cause);
  }
  if (files.length > 1) io.stderr.write(`the report is in ${files.length} files: ${files.join(', ')}\n`);
}

async function writeBeside(file: string, text: ReportText): Promise<string> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await fill(temporary, 'wx', text);
    return temporary;
  } catch (cause) {
    await rm(temporary, { force: true });
    throw cause;
  }
}

async function fill(file: string, flags: 'w' | 'wx', text: ReportText): Promise<void> {
  const handle = await open(file, flags, 0o644);
  try {
    for (const piece of inChunks(text)) await handle.writeFile(piece);
    if (flags === 'wx') await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Whether something that is no file and no folder stands there. */
async function isDevice(file: string): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  return status !== undefined && !status.isFile() && !status.isDirectory();
}

/** Large enough that system calls do not count. */
const CHUNK = 256 * 1024;

function* inChunks(text: ReportText): Generator<string> {
  let chunk = '';
  for (const piece of text) {
    chunk += piece;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

function numbered(file: string, number: number): string {
  if (number === 1) return file;
  const extension = extname(file);
  return `${file.slice(0, file.length - extension.length)}-${number}${extension}`;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
};

function unwritable(file: string, cause: unknown): CliError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = (code !== undefined && WORDS[code]) || message;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const fix = isFull ? 'free some space or choose another place' : 'choose another place';
  return new CliError('UNWRITABLE_FILE', { what: `cannot write ${JSON.stringify(file)}`, why, fix }, { cause });
}
