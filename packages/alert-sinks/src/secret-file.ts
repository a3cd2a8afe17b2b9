import { open } from 'node:fs/promises';
import { AlertSinkError } from './error.ts';

/** A chain of certificates is some kilobytes; a secret far less. */
const MAX_FILE = 256 * 1024;

/** Reads a file of a sink's configuration anew, so that one that was replaced holds at once. `key` names it in the error. */
export async function readSinkFile(file: string, key: string): Promise<string> {
  try {
    await using handle = await open(file);
    const { size } = await handle.stat();
    if (size > MAX_FILE) throw new Error(`it has ${size} bytes`);
    return await handle.readFile('utf8');
  } catch (cause) {
    throw unusable(file, key, (cause as Error).message, cause);
  }
}

/** As `readSinkFile`, for one secret: what ends its line is not part of it. */
export async function readSecretFile(file: string, key: string): Promise<string> {
  const secret = (await readSinkFile(file, key)).replace(/\r?\n$/, '');
  if (secret === '' || /[\r\n\0]/.test(secret)) {
    throw unusable(file, key, secret === '' ? 'it is empty' : 'it has more than one line');
  }
  return secret;
}

function unusable(file: string, key: string, why: string, cause?: unknown): AlertSinkError {
  const what = `cannot use ${JSON.stringify(file)} as ${key}`;
  return new AlertSinkError('UNUSABLE_FILE', { what, why, fix: 'correct the file or its permissions' }, { cause });
}
