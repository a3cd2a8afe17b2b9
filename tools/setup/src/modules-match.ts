import { readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Entry {
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly link?: boolean;
}

function readPackages(file: string): Map<string, Entry> {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
  return new Map(Object.entries(lock.packages).filter(([path]) => path.includes('node_modules')));
}

/**
 * Whether the installed node_modules are those of the lockfile, by npm's own record of what it installed. Only packages
 * that are optional (builds for other processors and systems) may be absent.
 */
export function modulesMatch(root: string): boolean {
  try {
    const wanted = readPackages(join(root, 'package-lock.json'));
    const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
    const unwanted = [...installed.keys()].some((path) => !wanted.has(path));
    return !unwanted && [...wanted].every(([path, entry]) => matches(entry, installed.get(path)));
  } catch {
    // No record, or one that does not parse: installing again is always right.
    return false;
  }
}

function matches(wanted: Entry, installed: Entry | undefined): boolean {
  if (installed === undefined) return wanted.optional === true;
  return wanted.version === installed.version && wanted.integrity === installed.integrity;
}

if (import.meta.main) {
  process.exitCode = modulesMatch(process.argv[2] ?? '.') ? 0 : 1;
}
