import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Reader, scanTree } from '@bulkhead/scanner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTree } from './open-tree.ts';
import { Walk } from './walk.ts';

const everything: Reader = {
  id: 'everything',
  version: 1,
  mode: 'whole',
  maxBytes: 1 << 20,
  wants: () => true,
  read: (_file, content) => ({
    facts: [{ kind: 'packages', packages: [{ type: 'generic', name: content.toString(), version: '1' }] }],
    gaps: [],
  }),
};

describe('a folder that is scanned', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-tree-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function put(path: string, content: string): void {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  }

  async function found(options = {}): Promise<string[]> {
    const { inventory } = await scanTree(openTree(folder, options), [everything]);
    return inventory.packages.map(({ name, location }) => `${location.path}: ${name}`);
  }

  it('gives every file with its path from the root', async () => {
    put('a', '1');
    put('b/c/d', '2');
    put('.hidden/e', '3');
    expect((await found()).toSorted()).toEqual(['.hidden/e: 3', 'a: 1', 'b/c/d: 2']);
  });

  it('is told now and then how many files there were so far', async () => {
    for (let index = 0; index < 200; index += 1) put(`${index}`, '');
    const told: number[] = [];
    await scanTree(openTree(folder), [everything], { onFiles: (files) => told.push(files) });
    expect(told).toEqual([64, 128, 192]);
  });

  it('is not left through links, to files or to folders', async () => {
    put('inside/a', '1');
    symlinkSync('/etc', join(folder, 'etc'));
    symlinkSync('/etc/passwd', join(folder, 'passwd'));
    symlinkSync('..', join(folder, 'inside/up'));
    expect(await found()).toEqual(['inside/a: 1']);
  });

  it('may be a link itself', async () => {
    put('real/a', '1');
    symlinkSync('real', join(folder, 'link'));
    const { inventory } = await scanTree(openTree(join(folder, 'link')), [everything]);
    expect(inventory.packages).toHaveLength(1);
  });

  it('is read without waiting for pipes', async () => {
    put('a', '1');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await found()).toEqual(['a: 1']);
  });

  it('is read without the folders that are left out, which are said', async () => {
    put('a', '1');
    put('skipped/b', '2');
    put('net/c', '3');
    const mounts = [
      { path: join(folder, 'net'), type: 'nfs4' },
      { path: '/', type: 'overlay' },
    ];
    const tree = openTree(folder, { leaveOut: ['skipped'], leaveOutMounts: ['network'], mounts });
    const { inventory, read } = await scanTree(tree, [everything]);
    expect(inventory.packages.map(({ location }) => location.path)).toEqual(['a']);
    expect(read.leftOut).toEqual(['net', 'skipped']);
    expect(await found({ mounts })).toHaveLength(3);
  });

  it('says when there are more files than are looked at', async () => {
    for (let count = 0; count < 10; count += 1) put(String(count), 'x');
    const visitor = { folder: () => undefined, file: () => undefined, whiteout: () => undefined };
    const walk = new Walk(visitor, { isLeftOut: () => false, maxEntries: 5 }, new AbortController().signal);
    expect((await walk.run(folder)).gaps).toEqual([expect.objectContaining({ code: 'limit' })]);
  });

  it('has a gap where it may not be read', async () => {
    put('closed/a', '1');
    chmodSync(join(folder, 'closed'), 0);
    const { inventory } = await asNobody(folder, () => scanTree(openTree(folder), [everything]));
    chmodSync(join(folder, 'closed'), 0o700);
    expect(inventory.gaps).toEqual([expect.objectContaining({ code: 'unreadable', path: 'closed' })]);
  });

  it('has a gap for a name that is no UTF-8', async () => {
    const name = Buffer.concat([Buffer.from(`${folder}/odd-`), Buffer.from([0xff])]);
    writeFileSync(name, '1');
    const { inventory } = await scanTree(openTree(folder), [everything]);
    expect(inventory.gaps).toEqual([expect.objectContaining({ code: 'unreadable', message: 'its name is no UTF-8' })]);
    rmSync(name);
  });

  it('is refused in one line where it is none', () => {
    expect(() => openTree(join(folder, 'no'))).toThrow('there is no such folder');
    put('file', '');
    expect(() => openTree(join(folder, 'file'))).toThrow('is no folder');
  });

  it('is no longer read once that is called off', async () => {
    for (let count = 0; count < 20; count += 1) put(`${count}/a`, 'x'.repeat(1000));
    const slow: Reader = {
      ...everything,
      read: () => {
        const until = performance.now() + 10;
        while (performance.now() < until);
        return { facts: [], gaps: [] };
      },
    };
    await expect(
      scanTree(openTree(folder), [slow], { signal: AbortSignal.abort(new Error('enough')) }),
    ).rejects.toThrow('enough');
  });
});

/** Root may read everything: what concerns permissions is done as somebody else. */
async function asNobody<Result>(folder: string, act: () => Promise<Result>): Promise<Result> {
  if (process.getuid?.() !== 0) return act();
  const nobody = 65_534;
  chownSync(folder, nobody, nobody);
  process.seteuid?.(nobody);
  try {
    return await act();
  } finally {
    process.seteuid?.(0);
  }
}
