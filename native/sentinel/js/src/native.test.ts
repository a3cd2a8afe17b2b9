import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { load } from './native.ts';

const folder = mkdtempSync(join(tmpdir(), 'bulkhead-sentinel-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the addon', () => {
  it('when it is missing, says what to run', () => {
    expect(() => load(join(folder, 'sentinel.node'))).toThrow(
      expect.objectContaining({ code: 'ADDON_MISSING', message: expect.stringContaining('run ./bulkhead setup') }),
    );
  });

  it('when it is not for this machine, says so in one line', () => {
    const broken = join(folder, 'broken.node');
    writeFileSync(broken, 'not a shared object');

    expect(() => load(broken)).toThrow(
      expect.objectContaining({ code: 'ADDON_UNLOADABLE', message: expect.not.stringContaining('\n') }),
    );
  });
});
