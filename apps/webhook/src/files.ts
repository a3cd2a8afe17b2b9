import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { WebhookError } from './error.ts';

export interface TextFile {
  readonly file: string;
  readonly text: string;
}

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/** Reads the policy files that paths stand for, in a stable order. A mounted ConfigMap has hidden folders besides. */
export async function readPolicyFiles(paths: readonly string[]): Promise<readonly TextFile[]> {
  const files = (await Promise.all(paths.map(expand))).flat();
  return Promise.all([...new Set(files)].map(async (file) => ({ file, text: await readText(file) })));
}

/** Reads one file whole. Throws a `WebhookError`. */
export async function readText(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => unreadable(file, cause));
}

async function expand(path: string): Promise<readonly string[]> {
  const entry = await stat(path).catch((cause: unknown) => unreadable(path, cause));
  if (!entry.isDirectory()) return [path];
  const names = await readdir(path).catch((cause: unknown) => unreadable(path, cause));
  return names
    .filter((name) => !name.startsWith('.') && EXTENSIONS.has(extname(name)))
    .toSorted()
    .map((name) => join(path, name));
}

function unreadable(path: string, cause: unknown): never {
  const { code, message } = cause as NodeJS.ErrnoException;
  const why = code === 'ENOENT' ? 'it does not exist' : message;
  const fix = 'correct the configuration, or the permissions of the file';
  throw new WebhookError('UNREADABLE_FILE', { what: `cannot read ${JSON.stringify(path)}`, why, fix }, { cause });
}
