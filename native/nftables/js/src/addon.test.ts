import { execFile } from 'node:child_process';
import { cp, mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('says that the native library is missing when it is first needed, not before', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'bh-nft-'));
  await cp(import.meta.dirname, join(folder.path, 'js/src'), { recursive: true });
  const program = `
    const { runText } = await import(${JSON.stringify(join(folder.path, 'js/src/index.ts'))});
    await runText('own', ['list tables']).catch((error) => console.log(error.name, error.code));`;

  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);

  expect(stdout.trim()).toBe('NftablesError ADDON_MISSING');
});
