import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LayerReport } from '@bulkhead/scanner';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskLayerCache } from './disk-layer-cache.ts';

const REPORT: LayerReport = {
  diffId: 'sha256:1',
  status: 'complete',
  files: [{ path: 'a', reader: 'test', facts: [{ kind: 'packages', packages: [] }] }],
  removed: ['b'],
  opaque: [],
  replaced: ['a'],
  folders: [],
  links: [{ path: 'l', target: 'a', kind: 'symlink' }],
  gaps: [{ code: 'limit', message: 'm' }],
};

describe('DiskLayerCache', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-cache-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const onlyFile = (): string => join(folder, readdirSync(folder)[0] ?? '');

  it('gives back what was put, also to another process, and nothing for another key', async () => {
    await new DiskLayerCache(folder).put('key', REPORT);
    expect(await new DiskLayerCache(folder).get('key')).toEqual(REPORT);
    expect(await new DiskLayerCache(folder).get('other')).toBeUndefined();
    expect(readdirSync(folder)).toHaveLength(1);
  });

  it('takes an entry with any byte changed or cut off for none, and removes it', async () => {
    const cache = new DiskLayerCache(folder);
    await cache.put('key', REPORT);
    const whole = readFileSync(onlyFile());
    const broken = [
      ...[0, 5, whole.length >> 1, whole.length - 1].map((at) => whole.with(at, (whole[at] ?? 0) ^ 1)),
      whole.subarray(0, whole.length - 1),
      Buffer.alloc(0),
      Buffer.from('{}'),
    ];
    for (const content of broken) {
      await cache.put('key', REPORT);
      writeFileSync(onlyFile(), content);
      expect(await cache.get('key')).toBeUndefined();
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  it('does not take the entry of one key for that of another', async () => {
    const cache = new DiskLayerCache(folder);
    await cache.put('a', REPORT);
    const content = readFileSync(onlyFile());
    await cache.put('b', REPORT);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), content);
    expect(await cache.get('a')).toEqual(REPORT);
    expect(await cache.get('b')).toBeUndefined();
  });

  it('makes room by what was not used for longest', async () => {
    await new DiskLayerCache(folder).put('old', REPORT);
    const { size } = statSync(onlyFile());
    utimesSync(onlyFile(), new Date(0), new Date(0));
    const cache = new DiskLayerCache(folder, { maxBytes: size * 2.8 });
    await cache.put('used', REPORT);
    await cache.get('used');
    await cache.put('new', REPORT);
    expect(await cache.get('old')).toBeUndefined();
    expect(await cache.get('used')).toEqual(REPORT);
    expect(await cache.get('new')).toEqual(REPORT);
  });

  it('keeps nothing and says nothing where it cannot write', async () => {
    writeFileSync(join(folder, 'file'), '');
    const cache = new DiskLayerCache(join(folder, 'file', 'below'));
    await cache.put('key', REPORT);
    expect(await cache.get('key')).toBeUndefined();
  });

  it('never makes a path of a key', async () => {
    const cache = new DiskLayerCache(folder);
    await cache.put('../../outside/key', REPORT);
    expect(readdirSync(folder)).toHaveLength(1);
    expect(await cache.get('../../outside/key')).toEqual(REPORT);
  });
});
