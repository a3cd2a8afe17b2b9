import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicySource } from '@bulkhead/policy';
import { unreadableFile } from '../error.ts';

const POLICY_FILE = /\.(ya?ml|json)$/;

/** The texts of a file, or of the YAML and JSON files of a folder and its folders, in the order of their names. */
export async function readSources(path: string): Promise<PolicySource[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ file: path, text: await readFile(path, 'utf8') }];
    const names = (await readdir(path)).filter((name) => POLICY_FILE.test(name)).toSorted();
    return (await Promise.all(names.map((name) => readSources(join(path, name))))).flat();
  } catch (cause) {
    throw cause instanceof Error && 'code' in cause && cause.code !== 'UNREADABLE_FILE'
      ? unreadableFile(path, cause)
      : cause;
  }
}
