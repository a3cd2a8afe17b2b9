import { globSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

interface Entry {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly version?: string;
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
}

const ROOT = resolve(import.meta.dirname, '../../..');
const { packages } = readJson('package-lock.json') as { packages: Record<string, Entry> };
const installed = Object.entries(packages).filter(([path, entry]) => path.includes('node_modules/') && !entry.link);

describe('package-lock.json', () => {
  it('names no registry, so that any mirror serves it', () => {
    expect(installed.length).toBeGreaterThan(100);
    expect(installed.filter(([, entry]) => entry.resolved !== undefined)).toEqual([]);
  });

  it('pins the content of every package that is always installed', () => {
    expect(installed.filter(([, entry]) => entry.integrity === undefined && entry.optional !== true)).toEqual([]);
  });

  it('pins the content of every build for Linux on the processors Bulkhead runs on', () => {
    const ours = installed.filter(([path]) => /linux-(x64|arm64)(-gnu)?$/.test(path));
    expect(ours.length).toBeGreaterThan(5);
    expect(ours.filter(([, entry]) => entry.integrity === undefined)).toEqual([]);
  });

  it('knows what every package.json of the workspace declares', () => {
    const folders = globSync('{packages,apps,native,tools}/*/package.json', { cwd: ROOT }).map((file) => dirname(file));
    const declared = folders.map((folder) => {
      const { dependencies = {}, devDependencies = {} } = readJson(join(folder, 'package.json')) as Entry;
      return { folder, dependencies, devDependencies };
    });
    const locked = folders.map((folder) => {
      const { dependencies = {}, devDependencies = {} } = packages[folder] ?? {};
      return { folder, dependencies, devDependencies };
    });
    expect(locked).toEqual(declared);
  });

  // npm drops the builds for other systems that its registry does not have, and `npm ci` then refuses the lockfile.
  it('lists every optional build of every package', () => {
    const missing = installed.flatMap(([path, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) =>
          packages[`node_modules/${name}`] === undefined && packages[`${path}/node_modules/${name}`] === undefined,
      ),
    );
    expect(missing).toEqual([]);
  });
});

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8'));
}
