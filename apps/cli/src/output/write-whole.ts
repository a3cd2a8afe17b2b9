import { randomBytes } from 'node:crypto';
import { open, rename, rm, stat } from 'node:fs/promises';
import { CliError } from '../error.ts';

/** What is to stand in a file. */
export interface FileContent {
  readonly file: string;
  readonly pieces: Iterable<string | Uint8Array>;
}

/**
 * Puts files in the place of those that are there: all of them, each whole, or none. What cannot be replaced, and must not be, as a
 * pipe or /dev/stdout, is written into; only one can be.
 */
export async function writeWhole(contents: readonly FileContent[], mode: number, signal: AbortSignal): Promise<void> {
  const [first] = contents;
  if (first !== undefined && (await isDevice(first.file))) {
    if (contents.length > 1) throw unwritable(first.file, new Error(`${contents.length} files are needed`));
    await fill(first, 'w', mode).catch((cause: unknown) => {
      throw unwritable(first.file, cause);
    });
    return;
  }
  const written: string[] = [];
  try {
    for (const { file, pieces } of contents) {
      const beside = `${file}.${randomBytes(6).toString('hex')}.tmp`;
      await fill({ file: beside, pieces }, 'wx', mode);
      written.push(beside);
    }
    for (const [index, { file }] of contents.entries()) await rename(written[index] ?? '', file);
  } catch (cause) {
    await Promise.all(written.map((beside) => rm(beside, { force: true })));
    throw cause instanceof CliError || signal.aborted ? cause : unwritable(first?.file ?? '', cause);
  }
}

/** Writes a file that is not there yet, whole or not at all. */
export async function writeNew(content: FileContent, mode: number): Promise<void> {
  await fill(content, 'wx', mode).catch((cause: unknown) => {
    throw unwritable(content.file, cause);
  });
}

async function fill({ file, pieces }: FileContent, flags: 'w' | 'wx', mode: number): Promise<void> {
  const handle = await open(file, flags, mode);
  try {
    for (const piece of pieces) await handle.writeFile(piece);
    if (flags === 'wx') await handle.sync();
  } catch (cause) {
    if (flags === 'wx') await rm(file, { force: true });
    throw cause;
  } finally {
    await handle.close();
  }
}

/** Whether something that is no file and no folder stands there. */
async function isDevice(file: string): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  return status !== undefined && !status.isFile() && !status.isDirectory();
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EACCES: 'permission denied',
  EEXIST: 'it is there already',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of the path is no folder',
  EISDIR: 'it is a folder',
};

export function unwritable(file: string, cause: unknown): CliError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = (code !== undefined && WORDS[code]) || message;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  const fix = isFull ? 'free some space or choose another place' : 'choose another place';
  return new CliError('UNWRITABLE_FILE', { what: `cannot write ${JSON.stringify(file)}`, why, fix }, { cause });
}
