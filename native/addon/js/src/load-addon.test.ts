import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { AddonError, type LoadFailure } from './error.ts';
import { loadAddon } from './load-addon.ts';

class TestError extends AddonError<LoadFailure> {
  override readonly name = 'TestError';
}

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-addon-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('an addon', () => {
  it('that is missing is named, with what builds it', () => {
    const file = join(folder, 'missing.node');
    expect(() => loadAddon(file, 'the tester', TestError)).toThrow(
      expect.objectContaining({
        name: 'TestError',
        code: 'ADDON_MISSING',
        message: `the tester is not built (${file} is missing): run any command of ./bulkhead, which builds it`,
      }),
    );
  });

  it('that is not for this machine is told in one line', () => {
    const broken = join(folder, 'broken.node');
    writeFileSync(broken, 'not a shared object');

    expect(() => loadAddon(broken, 'the tester', TestError)).toThrow(
      expect.objectContaining({ code: 'ADDON_UNLOADABLE', message: expect.not.stringContaining('\n') }),
    );
  });
});
