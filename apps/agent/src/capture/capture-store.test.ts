import { writeSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CaptureStore } from './capture-store.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-captures-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('CaptureStore', () => {
  it('writes a capture that only its owner can read', async () => {
    const store = new CaptureStore(join(folder, 'new'), 100);

    const { file, bytes } = await store.store(7n, at(0), new Uint8Array([1, 2, 3]));

    expect(bytes).toBe(3);
    expect(file).toMatch(/session-20261121T000000000Z-7\.pcapng$/);
    expect([...(await readFile(file))]).toEqual([1, 2, 3]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('keeps the newest captures within its bound and leaves other files alone', async () => {
    await writeFile(join(folder, 'notes.txt'), 'x'.repeat(500));
    const store = new CaptureStore(folder, 100);

    for (let second = 0; second < 5; second += 1) {
      await store.store(BigInt(second), at(second), new Uint8Array(40));
    }

    const names = (await readdir(folder)).toSorted();
    expect(names).toEqual([
      'notes.txt',
      'session-20261121T000003000Z-3.pcapng',
      'session-20261121T000004000Z-4.pcapng',
    ]);
  });

  it('keeps room for captures that are being written, of which the oldest go too', async () => {
    const store = new CaptureStore(folder, 100);
    await store.store(9n, at(1), new Uint8Array(40));
    await store.store(1n, at(2), new Uint8Array(40));
    const open = await store.open('cafe', at(3), 50);
    await expect(store.open('beef', at(3), 51)).rejects.toThrow('exceeds the 50 that captures may have');
    expect(await readdir(folder)).toEqual([
      'command-20261121T000003000Z-cafe.pcapng.part',
      'session-20261121T000002000Z-1.pcapng',
    ]);
    writeSync(open.fd, 'x'.repeat(10));
    expect(await open.keep()).toEqual({ file: open.file, bytes: 10 });

    await store.store(2n, at(4), new Uint8Array(95));
    expect(await readdir(folder)).toEqual(['session-20261121T000004000Z-2.pcapng']);
  });

  it('clears away what an agent that was killed was writing', async () => {
    await writeFile(join(folder, 'command-20261121T000003000Z-cafe.pcapng.part'), 'x');
    await writeFile(join(folder, 'other.pcapng.part'), 'x');
    const store = new CaptureStore(folder, 100);
    await (await store.open('beef', at(1), 10)).discard();

    expect(await readdir(folder)).toEqual(['other.pcapng.part']);
  });

  it('gives a capture in parts, by its name alone', async () => {
    const store = new CaptureStore(folder, 100);
    const { file } = await store.store(7n, at(0), Buffer.from('0123456789'));
    const name = basename(file);
    const part = async (offset: number, maxBytes: number): Promise<readonly [string, number] | undefined> => {
      const found = await store.read(name, offset, maxBytes);
      return found && [Buffer.from(found.data).toString(), found.size];
    };

    expect(await part(0, 4)).toEqual(['0123', 10]);
    expect(await part(8, 4)).toEqual(['89', 10]);
    expect(await part(10, 4)).toEqual(['', 10]);
    expect(await part(2 ** 52, 4)).toEqual(['', 10]);
    await rm(file);
    expect(await part(0, 4)).toBeUndefined();
  });

  it('gives nothing that is no capture: no other file, no folder above, no link', async () => {
    const store = new CaptureStore(folder, 100);
    await writeFile(join(folder, 'notes.txt'), 'x');
    await symlink('/etc/passwd', join(folder, 'session-20261121T000000000Z-7.pcapng'));
    await writeFile(join(folder, 'command-20261121T000003000Z-cafe.pcapng.part'), 'x');
    for (const name of [
      'notes.txt',
      '../etc/passwd',
      `${folder}/notes.txt`,
      'session-20261121T000000000Z-7.pcapng',
      'command-20261121T000003000Z-cafe.pcapng.part',
      'session-20261121T000000000Z-7.pcapng\0',
      '',
    ]) {
      expect(await store.read(name, 0, 10), name).toBeUndefined();
    }
  });

  it('forgets what is older than a moment, and nothing else', async () => {
    const store = new CaptureStore(folder, 100);
    await store.forget(at(1));
    await writeFile(join(folder, 'notes.txt'), 'x');
    for (let second = 0; second < 3; second += 1) await store.store(BigInt(second), at(second), new Uint8Array(1));

    await store.forget(at(1));
    expect((await readdir(folder)).toSorted()).toEqual([
      'notes.txt',
      'session-20261121T000001000Z-1.pcapng',
      'session-20261121T000002000Z-2.pcapng',
    ]);
  });

  it('refuses a capture that would push out all others and still not fit', async () => {
    const store = new CaptureStore(folder, 100);
    await store.store(1n, at(1), new Uint8Array(60));

    await expect(store.store(2n, at(2), new Uint8Array(101))).rejects.toThrow(RangeError);

    expect(await readdir(folder)).toHaveLength(1);
  });
});

function at(second: number): Date {
  return new Date(Date.UTC(2026, 10, 21, 0, 0, second));
}
