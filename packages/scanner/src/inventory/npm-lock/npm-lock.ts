import { z } from 'zod';

import type { FoundPackage } from '../../reader/fact.ts';
import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf, readJson } from '../reading/json.ts';
import { isLocalReference, isRemoteReference, npmName, splitSpecifier } from '../reading/npm-name.ts';
import { baseName, siblingOf } from '../reading/paths.ts';

/** A monorepo's lock file has some 5 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;
const MODULES = 'node_modules/';

const Entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  integrity: z.string().optional(),
  license: z.unknown().optional(),
  link: z.boolean().optional(),
  dev: z.boolean().optional(),
  optional: z.boolean().optional(),
  devOptional: z.boolean().optional(),
  dependencies: z.unknown().optional(),
});
type Entry = z.infer<typeof Entry>;

const Entries = z.record(z.string(), z.unknown());
const LockFile = z.object({
  lockfileVersion: z.number().optional(),
  /** Versions 2 and 3: by place in the tree. */
  packages: Entries.optional(),
  /** Version 1, and 2 for older npm: by name, nested. */
  dependencies: Entries.optional(),
});

/** npm's package-lock.json and npm-shrinkwrap.json, versions 1 to 3 (docs.npmjs.com, package-lock.json). */
export const npmLockReader = wholeFileReader({
  id: 'npm-lock',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)(?:package-lock|npm-shrinkwrap)\.json$/.test(path) && !path.includes(MODULES),
  read(content, found, { path }) {
    const file = readJson(content, LockFile, found);
    if (file === undefined) return;
    if (baseName(path) === 'npm-shrinkwrap.json') found.supersedes(siblingOf(path, 'package-lock.json'));
    if (file.packages !== undefined) readPlaces(file.packages, found);
    else if (file.dependencies !== undefined) readNested(file.dependencies, found);
  },
});

function readPlaces(packages: z.infer<typeof Entries>, found: Collector): void {
  for (const [place, value] of Object.entries(packages)) {
    const modules = place.lastIndexOf(MODULES);
    // Other places are the project itself and its workspaces.
    if (modules === -1) continue;
    const entry = entryOf(value, Entry, found);
    if (entry === undefined || entry.link === true) continue;
    addEntry(entry.name ?? place.slice(modules + MODULES.length), entry, found);
  }
}

function readNested(dependencies: z.infer<typeof Entries>, found: Collector): void {
  const open = [dependencies];
  for (let level = open.pop(); level !== undefined; level = open.pop()) {
    for (const [name, value] of Object.entries(level)) {
      const entry = entryOf(value, Entry, found);
      if (entry === undefined) continue;
      const alias = entry.version?.startsWith('npm:') ? splitSpecifier(entry.version.slice(4)) : undefined;
      addEntry(alias?.name ?? name, alias === undefined ? entry : { ...entry, version: alias.rest }, found);
      const inner = Entries.safeParse(entry.dependencies);
      if (inner.success) open.push(inner.data);
    }
  }
}

function addEntry(name: string, entry: Entry, found: Collector): void {
  const { version = '', integrity, license } = entry;
  if (isLocalReference(version)) return;
  if (version === '' || isRemoteReference(version)) {
    found.unresolved(name);
    return;
  }
  found.add({
    type: 'npm',
    ...npmName(name),
    version,
    ...(typeof license === 'string' && license !== '' && { licenses: [license] }),
    ...scopeOf(entry),
    ...(integrity !== undefined && { integrity }),
  });
}

function scopeOf(entry: Entry): Pick<FoundPackage, 'scope'> {
  if (entry.dev === true) return { scope: 'development' };
  return entry.optional === true || entry.devOptional === true ? { scope: 'optional' } : {};
}
