import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { npmLockReader } from './npm-lock.ts';

const V3 = JSON.stringify({
  name: 'shop',
  lockfileVersion: 3,
  packages: {
    '': { name: 'shop', version: '1.0.0', dependencies: { lodash: '^4' } },
    'node_modules/lodash': {
      version: '4.17.20',
      resolved: 'https://example.org/x.tgz',
      integrity: 'sha512-a',
      license: 'MIT',
    },
    'node_modules/@babel/core': { version: '7.0.0', dev: true },
    'node_modules/fsevents': { version: '2.3.2', optional: true },
    'node_modules/a/node_modules/lodash': { version: '3.0.0' },
    'node_modules/alias': { name: 'real', version: '2.0.0' },
    'node_modules/workspace': { resolved: 'packages/workspace', link: true },
    'packages/workspace': { version: '1.0.0' },
  },
  dependencies: { lodash: { version: '4.17.20' } },
});
const V1 = JSON.stringify({
  lockfileVersion: 1,
  dependencies: {
    lodash: { version: '4.17.20', integrity: 'sha512-a' },
    alias: { version: 'npm:@real/one@2.0.0' },
    outer: { version: '1.0.0', dev: true, dependencies: { inner: { version: '0.1.0', optional: true } } },
    forked: { version: 'git+ssh://git@example.org/forked.git#abc', from: 'forked@…' },
    mine: { version: 'file:../mine' },
  },
});

describe('npmLockReader', () => {
  it('reads places of versions 2 and 3, with their scopes, licences and digests', () => {
    const result = read(npmLockReader, 'package-lock.json', V3);

    expect(result.packages).toEqual([
      { type: 'npm', name: 'lodash', version: '4.17.20', integrity: 'sha512-a', licenses: ['MIT'] },
      { type: 'npm', namespace: '@babel', name: 'core', version: '7.0.0', scope: 'development' },
      { type: 'npm', name: 'fsevents', version: '2.3.2', scope: 'optional' },
      { type: 'npm', name: 'lodash', version: '3.0.0' },
      { type: 'npm', name: 'real', version: '2.0.0' },
    ]);
    expect(result.gaps).toEqual([]);
  });

  it('reads nested dependencies of version 1, and says what has no version to compare', () => {
    const result = read(npmLockReader, 'web/package-lock.json', V1);

    expect(result.names).toEqual(['@real/one 2.0.0', 'inner 0.1.0', 'lodash 4.17.20', 'outer 1.0.0']);
    expect(result.gaps).toMatchObject([{ code: 'unresolved', message: 'no exact version for forked' }]);
  });

  it('lets a shrinkwrap file count instead of the lock file beside it', () => {
    const [fact] = read(npmLockReader, 'web/npm-shrinkwrap.json', V3).facts;

    expect(fact).toMatchObject({ kind: 'packages', supersedes: ['web/package-lock.json'] });
  });

  it('says what is no lock file, and counts entries that are no packages', () => {
    expect(read(npmLockReader, 'package-lock.json', '{').gaps).toMatchObject([{ message: 'it is no valid JSON' }]);
    expect(read(npmLockReader, 'package-lock.json', '[]').gaps).toMatchObject([{ code: 'corrupt' }]);
    expect(read(npmLockReader, 'package-lock.json', '{"packages":{"node_modules/x":7}}').gaps).toMatchObject([
      { message: '1 entry is not well formed' },
    ]);
  });

  it('does not want lock files of installed packages', () => {
    expect(npmLockReader.wants(entry('node_modules/a/package-lock.json'))).toBe(false);
    expect(npmLockReader.wants(entry('apps/web/package-lock.json'))).toBe(true);
  });

  it('is harmless on hostile input', () => {
    const deep = `${'{"dependencies":{"a":'.repeat(50_000)}1${'}}'.repeat(50_000)}`;

    expect(read(npmLockReader, 'package-lock.json', deep).packages).toEqual([]);
    expect(hostileFailures(npmLockReader, 'package-lock.json', [V1, V3])).toEqual([]);
  });
});
