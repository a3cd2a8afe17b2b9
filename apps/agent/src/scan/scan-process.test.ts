import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScanProcess } from './scan-process.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** More than the kernel gives anybody. */
const NO_PROCESS = 2 ** 22;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-scan-process-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the process of a scan', () => {
  it('ends at once where the scan fails, with why', async () => {
    const output = join(folder, 'sbom.json');
    const scan = new ScanProcess(MAIN, { kind: 'container', pid: NO_PROCESS, name: 'gone', output, version: '1' });

    await expect(scan.done).rejects.toThrow(`the root of process ${NO_PROCESS} cannot be`);
  });
});
