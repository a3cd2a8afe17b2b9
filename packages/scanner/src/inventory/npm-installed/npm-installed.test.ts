import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { npmInstalledReader } from './npm-installed.ts';

const PATH = 'app/node_modules/@babel/core/package.json';
const MANIFEST = '{"name":"@babel/core","version":"v7.24.0","license":"MIT","dependencies":{"x":"^1"}}';

describe('npmInstalledReader', () => {
  it('reads name, version and licence', () => {
    expect(read(npmInstalledReader, PATH, MANIFEST).packages).toEqual([
      { type: 'npm', namespace: '@babel', name: 'core', version: '7.24.0', licenses: ['MIT'] },
    ]);
  });

  it('reads licences as old packages write them', () => {
    const text = '{"name":"a","version":"1.0.0","licenses":[{"type":"MIT","url":"x"},{"type":"BSD"}],"license":7}';

    expect(read(npmInstalledReader, PATH, text).packages[0]?.licenses).toEqual(['MIT', 'BSD']);
  });

  it('reads nothing from a manifest that only says how modules are read', () => {
    expect(read(npmInstalledReader, PATH, '{"type":"commonjs"}')).toMatchObject({ packages: [], gaps: [] });
  });

  it.each([
    ['node_modules/a/package.json', true],
    ['usr/local/lib/node_modules/npm/node_modules/@npmcli/arborist/package.json', true],
    ['app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', true],
    ['opt/yarn-v1.22.22/package.json', true],
    ['root/.cache/node/corepack/v1/pnpm/9.1.0/package.json', true],
    ['node_modules/resolve/test/resolver/baz/package.json', false],
    ['node_modules/a/dist/esm/package.json', false],
    ['node_modules/.package-lock.json', false],
    ['app/package.json', false],
  ])('of %s it says %s', (path, wanted) => {
    expect(npmInstalledReader.wants(entry(path))).toBe(wanted);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(npmInstalledReader, PATH, [MANIFEST])).toEqual([]);
  });

  it('agrees with npm about what is installed in this project', () => {
    const root = new URL('../../../../../', import.meta.url);
    const places = readHiddenLockFile(root);
    const differing = places.filter(({ place, name, version }) => {
      const manifest = readFileSync(new URL(`${place}/package.json`, root));
      return read(npmInstalledReader, `${place}/package.json`, manifest).names[0] !== `${name} ${version}`;
    });

    expect(differing).toEqual([]);
    expect(places.length).toBeGreaterThan(100);
  });
});

interface Place {
  readonly place: string;
  readonly name: string;
  readonly version: string;
}

/** npm's own record of what it installed; links to the workspaces are no packages. */
function readHiddenLockFile(root: URL): Place[] {
  const lock = JSON.parse(readFileSync(new URL('node_modules/.package-lock.json', root), 'utf8')) as {
    packages: Record<string, { version?: string; link?: boolean; name?: string }>;
  };
  return Object.entries(lock.packages).flatMap(([place, { version, link, name }]) =>
    link === true || version === undefined || !place.startsWith('node_modules/')
      ? []
      : [{ place, name: name ?? place.slice(place.lastIndexOf('node_modules/') + 13), version }],
  );
}
