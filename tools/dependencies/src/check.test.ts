import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkPackages, countPackages, type LockedPackage } from './check.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

describe('the packages of others in this repository', () => {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };

  it('may all be used as they are', () => {
    expect(checkPackages(packages)).toEqual([]);
    expect(countPackages(packages)).toBeGreaterThan(100);
  });

  it.each<[string, LockedPackage, RegExp]>([
    ['under terms that bind its users', { license: 'GPL-3.0-only' }, /^x@1 is under "GPL-3.0-only".*install/],
    ['under terms that bind, to build', { license: 'GPL-3.0-only', dev: true }, /^x@1 is under .*to build/],
    ['that may only build, among what is installed', { license: 'MPL-2.0' }, /^x@1 is under "MPL-2.0".*install/],
    ['that states nothing', {}, /^x@1 states no licence/],
    ['that its authors gave up', { license: 'MIT', deprecated: 'use y' }, /^x@1 is deprecated: use y/],
    ['that runs a script', { license: 'MIT', hasInstallScript: true }, /^x@1 runs a script/],
  ])('are not all usable with one %s', (_what, locked, problem) => {
    const planted = { ...packages, 'node_modules/a/node_modules/x': { version: '1', ...locked } };
    expect(checkPackages(planted)).toEqual([expect.stringMatching(problem)]);
  });

  it('are told from folders of its own', () => {
    const own = { '': {}, 'packages/core': {}, 'node_modules/@bulkhead/core': { link: true } };
    expect(countPackages(own)).toBe(0);
    expect(checkPackages(own)).toEqual([]);
  });
});
