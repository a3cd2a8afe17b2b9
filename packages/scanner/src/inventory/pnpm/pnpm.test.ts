import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { readImage, sharedImage } from '../test-support/images.ts';
import { read } from '../test-support/read.ts';
import { pnpmReader } from './pnpm.ts';

const V5 = `lockfileVersion: 5.4
specifiers:
  lodash: ^4
packages:
  /lodash/4.17.20:
    resolution: {integrity: sha512-a}
    dev: false
  /@babel/core/7.1.0_supports-color@5.5.0:
    resolution: {integrity: sha512-b}
    dev: true
  registry.example.org/left-pad/1.3.0:
    resolution: {integrity: sha512-c}
    optional: true
  github.com/user/repo/abc:
    resolution: {tarball: https://codeload.example.org/abc}
    name: forked
    version: 0.1.0
  file:local:
    resolution: {directory: local, type: directory}
    name: local
    version: 1.0.0
`;
const V6 = `lockfileVersion: '6.0'
packages:
  /lodash@1.10:
    resolution: {integrity: sha512-a}
  /@babel/core@7.1.0(supports-color@5.5.0):
    dev: true
`;
const V9 = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      express:
        specifier: ^4
        version: 4.19.2
      short:
        specifier: npm:really-long@1
        version: really-long@1.2.3
    devDependencies:
      vitest:
        specifier: ^1
        version: 1.0.0(@types/node@20.0.0)
packages:
  express@4.19.2:
    resolution: {integrity: sha512-a}
  debug@2.6.9:
    resolution: {integrity: sha512-b}
  really-long@1.2.3:
    resolution: {integrity: sha512-c}
  vitest@1.0.0:
    resolution: {integrity: sha512-d}
  '@types/node@20.0.0':
    resolution: {integrity: sha512-e}
snapshots:
  express@4.19.2:
    dependencies:
      debug: 2.6.9
  debug@2.6.9: {}
  really-long@1.2.3: {}
  vitest@1.0.0(@types/node@20.0.0):
    dependencies:
      '@types/node': 20.0.0
  '@types/node@20.0.0': {}
`;

describe('pnpmReader', () => {
  it('reads lockfile version 5', () => {
    expect(read(pnpmReader, 'pnpm-lock.yaml', V5).packages).toEqual([
      { type: 'npm', name: 'lodash', version: '4.17.20', integrity: 'sha512-a' },
      { type: 'npm', namespace: '@babel', name: 'core', version: '7.1.0', integrity: 'sha512-b', scope: 'development' },
      { type: 'npm', name: 'left-pad', version: '1.3.0', integrity: 'sha512-c', scope: 'optional' },
      { type: 'npm', name: 'forked', version: '0.1.0' },
    ]);
  });

  it('reads lockfile version 6, where a version that looks like a number stays a text', () => {
    expect(read(pnpmReader, 'pnpm-lock.yaml', V6).names).toEqual(['@babel/core 7.1.0', 'lodash 1.10']);
  });

  it('reads lockfile version 9 and finds by the graph what only development needs', () => {
    const result = read(pnpmReader, 'pnpm-lock.yaml', V9);

    expect(result.packages.map(({ name, scope }) => [name, scope])).toEqual([
      ['express', undefined],
      ['debug', undefined],
      ['really-long', undefined],
      ['vitest', 'development'],
      ['node', 'development'],
    ]);
    expect(result.gaps).toEqual([]);
  });

  it('says what it does not read', () => {
    expect(read(pnpmReader, 'pnpm-lock.yaml', 'lockfileVersion: 4').gaps).toMatchObject([{ code: 'unsupported' }]);
    expect(read(pnpmReader, 'pnpm-lock.yaml', 'a: [').gaps).toMatchObject([{ code: 'corrupt' }]);
    expect(read(pnpmReader, 'pnpm-lock.yaml', 'packages: 1').gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it('does not expand aliases, however many there are', () => {
    const bomb = `lockfileVersion: 9\na: &a [x,x,x,x,x,x,x,x,x]\n${Array.from(
      { length: 12 },
      (_, n) => `${'bcdefghijklmno'[n]}: &${'bcdefghijklmno'[n]} [${`*${'abcdefghijklmno'[n]},`.repeat(9)}]\n`,
    ).join('')}`;

    expect(read(pnpmReader, 'pnpm-lock.yaml', bomb).gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it('prints a version that it does not know without its control characters', () => {
    const { gaps } = read(pnpmReader, 'pnpm-lock.yaml', "lockfileVersion: \0 6.0'\n");

    expect(gaps.map(({ message }) => message)).toEqual(["pnpm lockfile version \uFFFD 6.0' is not read"]);
  });

  it('is harmless on hostile input', () => {
    const deep = `lockfileVersion: 9\npackages: ${'['.repeat(20_000)}`;

    expect(read(pnpmReader, 'pnpm-lock.yaml', deep).gaps).toMatchObject([{ code: 'corrupt' }]);
    expect(hostileFailures(pnpmReader, 'pnpm-lock.yaml', [V5, V6, V9])).toEqual([]);
  });

  const image = sharedImage('pnpm-pnpmlockv9.tar');
  it.skipIf(image === undefined)('reads the lock file of a real image', () => {
    const [result] = (image && readImage(image, [pnpmReader]).get('pnpm')) ?? [];

    expect(result?.gaps).toEqual([]);
    expect(result?.packages.length).toBeGreaterThan(1);
  });
});
