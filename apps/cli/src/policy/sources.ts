import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PolicyDocument, PolicySource } from '@bulkhead/policy';
import { CliError, unreadableFile } from '../error.ts';

/** Refuses a policy without a document: a wrong path would pass for one that asks for nothing. */
export function requireDocuments(documents: readonly PolicyDocument[], paths: readonly string[], verb: string): void {
  if (documents.length > 0) return;
  throw new CliError('USAGE', {
    what: `there is nothing to ${verb}`,
    why: `no document is in ${paths.join(', ')}`,
    fix: 'name files, or folders with files that end with .yaml, .yml or .json',
  });
}

const POLICY_FILE = /\.(ya?ml|json)$/;

/**
 * The texts of a file, or of the YAML and JSON files of a folder and its folders, in the order of their names. Folders that
 * are hidden (.git) or links are left out; a file is read whatever its name when it is named itself.
 */
export async function readSources(path: string): Promise<PolicySource[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [{ file: path, text: await readFile(path, 'utf8') }];
    const entries = (await readdir(path, { withFileTypes: true }))
      .filter((entry) => (entry.isDirectory() ? !entry.name.startsWith('.') : POLICY_FILE.test(entry.name)))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return (await Promise.all(entries.map(({ name }) => readSources(join(path, name))))).flat();
  } catch (cause) {
    throw cause instanceof CliError ? cause : unreadableFile(path, cause);
  }
}
