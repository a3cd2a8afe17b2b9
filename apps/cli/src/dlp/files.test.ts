import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FoundFile, walk } from './files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-walk-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('walk', () => {
  it('finds every regular file below a folder, in one order', async () => {
    mkdirSync(join(folder, 'b/c'), { recursive: true });
    for (const name of ['z', 'b/c/1', 'b/2', 'a']) writeFileSync(join(folder, name), name);

    expect(await names(folder)).toEqual(['a', 'b/2', 'b/c/1', 'z']);
  });

  it('follows no link inside a folder, but the path itself', async () => {
    mkdirSync(join(folder, 'real'));
    writeFileSync(join(folder, 'real/file'), '');
    symlinkSync(folder, join(folder, 'real/round'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));

    expect(await names(join(folder, 'link'))).toEqual(['link/file']);
  });

  it('reports a path that leads nowhere instead of passing over it', async () => {
    const found = await collect(join(folder, 'absent'));

    expect(found).toMatchObject([{ error: { code: 'UNREADABLE_FILE', why: 'there is no such file' } }]);
  });
});

async function collect(path: string): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for await (const file of walk(path)) found.push(file);
  return found;
}

async function names(path: string): Promise<string[]> {
  const found = await collect(path);
  return found.map(({ file }) => relative(folder, file));
}
