import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readSources } from './sources.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-sources-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('reads the YAML and JSON files of a folder and of all folders below it, in the order of their names', async () => {
  mkdirSync(join(folder, 'base/deep'), { recursive: true });
  mkdirSync(join(folder, '.git'));
  for (const name of ['z.yml', 'base/a.yaml', 'base/deep/b.json', 'base/notes.md', '.git/c.yaml']) {
    writeFileSync(join(folder, name), name);
  }

  expect((await readSources(folder)).map(({ text }) => text)).toEqual(['base/a.yaml', 'base/deep/b.json', 'z.yml']);
});

it('reads a file that is named itself, whatever its name', async () => {
  writeFileSync(join(folder, 'policy.txt'), 'text');

  expect(await readSources(join(folder, 'policy.txt'))).toEqual([{ file: join(folder, 'policy.txt'), text: 'text' }]);
});

it('follows no link to a folder, which may lead in a circle, and says what cannot be read', async () => {
  symlinkSync(folder, join(folder, 'again'));
  expect(await readSources(folder)).toEqual([]);
  symlinkSync(join(folder, 'nowhere'), join(folder, 'a.yaml'));

  await expect(readSources(folder)).rejects.toMatchObject({ code: 'UNREADABLE_FILE' });
});
