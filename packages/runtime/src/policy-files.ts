import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { readTextFile, type TextFile, unreadable } from './text-file.ts';

const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);

/**
 * Reads the policy files that paths of a configuration stand for, each once, in a stable order. A folder may be empty and is read
 * flat: a mounted ConfigMap has hidden folders that hold every file again. Throws `UNREADABLE_FILE`.
 */
export async function readPolicyFiles(paths: readonly string[]): Promise<readonly TextFile[]> {
  const files = (await Promise.all(paths.map(expand))).flat();
  return Promise.all([...new Set(files)].map((file) => readTextFile(file, 'the policy')));
}

async function expand(path: string): Promise<readonly string[]> {
  const refuse = (cause: unknown): never => unreadable(path, 'the policy', cause);
  const entry = await stat(path).catch(refuse);
  if (!entry.isDirectory()) return [path];
  const names = await readdir(path).catch(refuse);
  return names
    .filter((name) => !name.startsWith('.') && EXTENSIONS.has(extname(name)))
    .toSorted()
    .map((name) => join(path, name));
}
