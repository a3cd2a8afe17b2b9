import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { modulesMatch } from './modules-match.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bulkhead-modules-'));
  mkdirSync(join(root, 'node_modules'));
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function write(file: string, packages: object): void {
  writeFileSync(join(root, file), JSON.stringify({ packages }));
}

const ONE = { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' } };
const OTHER_SYSTEM = { 'node_modules/b': { version: '1.0.0', optional: true } };

describe('modulesMatch', () => {
  it('holds when what is installed is what is locked', () => {
    write('package-lock.json', { '': { name: 'root' }, 'packages/x': {}, ...ONE, ...OTHER_SYSTEM });
    write('node_modules/.package-lock.json', ONE);
    expect(modulesMatch(root)).toBe(true);
  });

  it.each([
    ['nothing is installed', {}],
    ['another version is installed', { 'node_modules/a': { version: '1.0.1', integrity: 'sha512-a' } }],
    ['other content is installed', { 'node_modules/a': { version: '1.0.0', integrity: 'sha512-b' } }],
    ['something more is installed', { ...ONE, 'node_modules/c': { version: '1.0.0' } }],
  ])('does not hold when %s', (_, installed) => {
    write('package-lock.json', ONE);
    write('node_modules/.package-lock.json', installed);
    expect(modulesMatch(root)).toBe(false);
  });

  it('does not hold when npm left no record', () => {
    write('package-lock.json', ONE);
    expect(modulesMatch(root)).toBe(false);
  });
});
