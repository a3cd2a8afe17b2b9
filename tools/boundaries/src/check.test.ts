import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { checkBoundaries } from './check.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const LEFT_OUT = new Set(['node_modules', 'build', '.git', '.tools', '.nx']);

/** Every violation is planted in a copy of the real workspace, so that what is proved is what the check does there. */
let copy: string;
let before: readonly string[];

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'bulkhead-boundaries-'));
  cpSync(ROOT, copy, { recursive: true, filter: (source) => !LEFT_OUT.has(basename(source)) });
  before = checkBoundaries(copy).violations;
});

afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

/** What the check says more once a file is changed; the copy is as before afterwards. */
function planted(file: string, text: string): string[] {
  const path = join(copy, file);
  const original = existsSync(path) ? readFileSync(path) : undefined;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  try {
    return checkBoundaries(copy).violations.filter((violation) => !before.includes(violation));
  } finally {
    if (original === undefined) rmSync(path);
    else writeFileSync(path, original);
  }
}

function manifest(folder: string, change: Record<string, unknown>): string {
  const file = join(folder, 'package.json');
  const text = readFileSync(join(copy, file), 'utf8');
  return JSON.stringify({ ...(JSON.parse(text) as object), ...change });
}

describe('the boundaries of this repository', () => {
  it('hold', () => {
    const report = checkBoundaries(copy);
    expect(report.violations).toEqual([]);
    expect(report.projects).toBeGreaterThan(8);
    expect(report.imports).toBeGreaterThan(100);
  });
});

describe('an import that crosses a boundary', () => {
  it.each([
    ['packages/core', "import '@bulkhead/dlp';", 'kernel @bulkhead/core must not depend on domain @bulkhead/dlp'],
    ['packages/dlp', "import '@bulkhead/policy';", 'domain @bulkhead/dlp must not depend on domain @bulkhead/policy'],
    ['packages/policy', "import '@bulkhead/dlp';", 'domain @bulkhead/policy must not depend on domain @bulkhead/dlp'],
    ['packages/dlp', "import '@bulkhead/cri';", 'domain @bulkhead/dlp must not depend on adapter @bulkhead/cri'],
    [
      'packages/dlp',
      "import '@bulkhead/inspector';",
      'domain @bulkhead/dlp must not depend on native @bulkhead/inspector',
    ],
    [
      'packages/runtime',
      "import '@bulkhead/cri';",
      'adapter @bulkhead/runtime must not depend on adapter @bulkhead/cri',
    ],
    [
      'native/inspector',
      "import '@bulkhead/core';",
      'native @bulkhead/inspector must not depend on kernel @bulkhead/core',
    ],
    [
      'native/inspector',
      "import '@bulkhead/nftables';",
      'native @bulkhead/inspector must not depend on native @bulkhead/nftables',
    ],
    ['apps/cli', "import '@bulkhead/agent';", 'app @bulkhead/cli must not depend on app @bulkhead/agent'],
    ['tools/boundaries', "import '@bulkhead/cli';", 'tool @bulkhead/boundaries must not depend on app @bulkhead/cli'],
    ['packages/dlp', "export * from '@bulkhead/policy';", 'must not depend on domain @bulkhead/policy'],
    ['packages/dlp', "const p = await import('@bulkhead/policy');", 'must not depend on domain @bulkhead/policy'],
    ['packages/dlp', "import type { P } from '@bulkhead/policy';", 'must not depend on domain @bulkhead/policy'],
    ['packages/dlp', "import '@bulkhead/nowhere';", '@bulkhead/nowhere is not in the workspace'],
    ['packages/dlp', "import '@bulkhead/core/src/error.ts';", 'is not among the exports of @bulkhead/core'],
    ['packages/dlp', "import '@bulkhead/dlp';", 'is the package itself'],
    ['packages/dlp', "import '../../core/src/index.ts';", 'leaves @bulkhead/dlp'],
    ['packages/dlp', "import '/etc/passwd';", 'is a place on one machine'],
    ['packages/dlp', "import 'left-pad';", 'left-pad is not among the dependencies of @bulkhead/dlp'],
    ['packages/dlp', "import { it } from 'vitest';", 'vitest is not among the dependencies of @bulkhead/dlp'],
    [
      'packages/core',
      "import { readFile } from 'node:fs/promises';",
      'does no I/O and must not import node:fs/promises',
    ],
    ['packages/dlp', "import { request } from 'http';", 'does no I/O and must not import http'],
    ['packages/policy', "import { spawn } from 'node:child_process';", 'must not import node:child_process'],
  ])('of %s is found: %s', (folder, line, message) => {
    const sources = folder.startsWith('native/') ? 'js' : 'src';
    const file = `${folder}/${sources}/planted.ts`;
    const found = planted(file, `\n${line}\n`);
    expect(found).toEqual([expect.stringContaining(`${file}:2: `)]);
    expect(found[0]).toContain(message);
  });

  it('is not seen where a package may do as it does', () => {
    expect(planted('packages/dlp/src/planted.ts', "import { createHash } from 'node:crypto';")).toEqual([]);
    expect(planted('packages/dlp/src/planted.test.ts', "import { readFileSync } from 'node:fs';")).toEqual([]);
    expect(planted('packages/cri/src/planted.ts', "import { connect } from 'node:net';")).toEqual([]);
  });
});

describe('a package.json that crosses a boundary', () => {
  it('is found by the dependency it declares', () => {
    const text = manifest('packages/core', { dependencies: { '@bulkhead/dlp': '*' } });
    expect(planted('packages/core/package.json', text)).toContain(
      'packages/core/package.json: kernel @bulkhead/core must not depend on domain @bulkhead/dlp',
    );
  });

  it('is found by the dependency its tests declare', () => {
    const text = manifest('packages/core', { devDependencies: { '@bulkhead/runtime': '*' } });
    expect(planted('packages/core/package.json', text)).toContain(
      'packages/core/package.json: kernel @bulkhead/core must not depend on adapter @bulkhead/runtime',
    );
  });

  it.each([[[]], [['layer:app']], [['layer:kernel', 'layer:domain']], [['layer:attic']]])(
    'is found by its tags %j',
    (tags) => {
      expect(planted('packages/core/package.json', manifest('packages/core', { nx: { tags } }))).toContain(
        'packages/core/package.json: nx.tags must hold one layer that belongs in packages/',
      );
    },
  );

  it('is found by a name that is not its folder', () => {
    expect(planted('packages/core/package.json', manifest('packages/core', { name: '@bulkhead/kernel' }))).toContain(
      'packages/core/package.json: the name must be @bulkhead/core',
    );
  });
});
