import { readFile } from 'node:fs/promises';
import { RuntimeError } from './error.ts';

export interface TextFile {
  readonly file: string;
  readonly text: string;
}

/** Reads a file of a configuration whole; `what` it is stands in the error. Throws `UNREADABLE_FILE`. */
export async function readTextFile(file: string, what: string): Promise<TextFile> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => unreadable(file, what, cause));
  return { file, text };
}

/** Throws what kept a file from being read. */
export function unreadable(file: string, what: string, cause: unknown): never {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'it does not exist' : message;
  const fix = 'correct the configuration that names it, or its permissions';
  throw new RuntimeError(
    'UNREADABLE_FILE',
    { what: `cannot read ${what} ${JSON.stringify(file)}`, why, fix },
    { cause },
  );
}
