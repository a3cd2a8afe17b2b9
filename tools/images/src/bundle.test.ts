import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { COMPONENTS } from './component.ts';

const execute = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '../../..');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-bundle-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a bundle', () => {
  it.each(COMPONENTS.filter((component) => existsSync(join(ROOT, 'apps', component, 'src/main.ts'))))(
    'of the %s starts where nothing of the repository is near',
    { timeout: 60_000 },
    async (component) => {
      await bundle(component, folder);
      const main = join(folder, 'dist', component, 'main.js');
      const { stdout } = await execute(process.execPath, [main, '--help'], { cwd: '/', env: {} });
      expect(stdout).toContain('Usage:');
    },
  );
});
