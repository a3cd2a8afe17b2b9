import { describe, expect, it } from 'vitest';

import { DECLARED } from './declared.ts';
import { INSTALLED } from './installed.ts';
import { expectWithinBounds } from './test-support/hostile.ts';
import { entry, readResult } from './test-support/read.ts';

/** A path that each reader of texts wants. */
const PATHS: Readonly<Record<string, string>> = {
  'os-release': 'etc/os-release',
  dpkg: 'var/lib/dpkg/status',
  'dpkg-files': 'var/lib/dpkg/info/a.list',
  apk: 'lib/apk/db/installed',
  'rpm-manifest': 'var/lib/rpmmanifest/container-manifest-2',
  'npm-installed': 'node_modules/a/package.json',
  'npm-lock': 'package-lock.json',
  yarn: 'yarn.lock',
  pnpm: 'pnpm-lock.yaml',
  bun: 'bun.lock',
  'pypi-installed': 'a.dist-info/METADATA',
  poetry: 'poetry.lock',
  pipenv: 'Pipfile.lock',
  uv: 'uv.lock',
  pdm: 'pdm.lock',
  requirements: 'requirements.txt',
  'go-mod': 'go.mod',
  'go-sum': 'go.sum',
  pom: 'pom.xml',
  gradle: 'gradle.lockfile',
  'cargo-lock': 'Cargo.lock',
  'gem-installed': 'specifications/a.gemspec',
  'gem-lock': 'Gemfile.lock',
  'composer-installed': 'vendor/composer/installed.json',
  'composer-lock': 'composer.lock',
  'nuget-deps': 'a.deps.json',
  'nuget-lock': 'packages.lock.json',
  'nuget-packages-config': 'packages.config',
  conan: 'conan.lock',
  hex: 'mix.lock',
  pub: 'pubspec.lock',
  swift: 'Package.resolved',
  cocoapods: 'Podfile.lock',
};
/** Readers of binary formats, which their own tests feed with what repeats there. */
const BINARY = ['chisel', 'rpm', 'rpm-wal', 'go-binary', 'java', 'cargo-auditable'];
const PIECES = [
  'a',
  ' ',
  '"',
  '[',
  '{',
  '<',
  '-',
  '\n',
  'a:',
  'a=',
  '(',
  '#',
  '- ',
  'a-1',
  'a\u2028',
  '    a (',
  '.a',
  '@',
];
const BEGINNINGS = ['', 'a: "', '    a ('];
/** Long enough for what takes the square of it to run into the test's time limit. */
const LENGTH = 100_000;

describe('readers of texts', () => {
  const readers = [...INSTALLED, ...DECLARED];

  it('are all listed here or among those of binary formats', () => {
    const listed = [...Object.keys(PATHS), ...BINARY];

    expect(readers.map(({ id }) => id).filter((id) => !listed.includes(id))).toEqual([]);
  });

  it.each(readers.filter(({ id }) => PATHS[id] !== undefined))('$id is linear in what repeats', (reader) => {
    const file = entry(PATHS[reader.id] ?? '', LENGTH);
    expect(reader.wants(file)).toBe(true);
    for (const beginning of BEGINNINGS) {
      for (const piece of PIECES) {
        const text = beginning + piece.repeat(LENGTH / piece.length);
        expectWithinBounds(readResult(reader, file, Buffer.from(text)));
      }
    }
  });
});
