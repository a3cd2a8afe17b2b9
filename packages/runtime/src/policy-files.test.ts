import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readPolicyFiles } from './policy-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-policy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads each file once, folders flat and without what is hidden, in the order of their names', async () => {
  mkdirSync(join(folder, '..data'));
  for (const name of ['b.yml', 'a.yaml', 'c.json', '.hidden.yaml', 'notes.txt', '..data/a.yaml']) {
    writeFileSync(join(folder, name), name);
  }

  const read = await readPolicyFiles([folder, join(folder, 'a.yaml')]);

  expect(read.map(({ text }) => text)).toEqual(['a.yaml', 'b.yml', 'c.json']);
});

it('takes an empty folder, and refuses a file that is not there by its name', async () => {
  expect(await readPolicyFiles([folder])).toEqual([]);
  await expect(readPolicyFiles([join(folder, 'absent.yaml')])).rejects.toMatchObject({
    code: 'UNREADABLE_FILE',
    message: expect.stringMatching(/^cannot read the policy ".*absent\.yaml": it does not exist/),
  });
});
