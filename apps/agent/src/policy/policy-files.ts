import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { PolicySource } from '@bulkhead/policy';
import { AgentError } from '../error.ts';

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/** Reads the policy files that some paths stand for, in a stable order. A folder may be empty, a file must be there. */
export async function readPolicyFiles(paths: readonly string[]): Promise<readonly PolicySource[]> {
  const files = (await Promise.all(paths.map(expand))).flat();
  return Promise.all([...new Set(files)].map(async (file) => ({ file, text: await read(file) })));
}

/** Folders are read flat: a mounted ConfigMap has hidden folders that hold every file again. */
async function expand(path: string): Promise<string[]> {
  const entry = await stat(path).catch((cause: unknown) => unreadable(path, cause));
  if (!entry.isDirectory()) return [path];
  const names = await readdir(path).catch((cause: unknown) => unreadable(path, cause));
  return names
    .filter((name) => !name.startsWith('.') && EXTENSIONS.has(extname(name)))
    .toSorted()
    .map((name) => join(path, name));
}

async function read(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((cause: unknown) => unreadable(file, cause));
}

function unreadable(path: string, cause: unknown): never {
  const why = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'it does not exist' : String(cause);
  throw new AgentError(
    'UNREADABLE_FILE',
    { what: `cannot read the policy "${path}"`, why, fix: 'correct "policy" in the configuration' },
    { cause },
  );
}
