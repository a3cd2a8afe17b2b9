import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toldFiles } from './told-files.ts';

const FILE = { path: '/data/a', executable: '/bin/sh', access: 'write', verdict: 'allow', count: 2 };
const EVENT = {
  time: '2026-11-27T09:00:00.000Z',
  since: '2026-11-27T08:00:00.000Z',
  event: 'files',
  netns: '/proc/1/ns/net',
  workloads: [{ name: 'main', namespace: 'shop', pod: 'web-1' }],
  groups: ['web', 'shop'],
  mode: 'discover',
};
const PLACE = { namespace: 'shop', workload: 'web-1', container: 'main', groups: ['shop', 'web'] };

function told(...lines: readonly unknown[]) {
  const all = toldFiles();
  for (const line of lines) all.take(line);
  return all;
}

describe('toldFiles', () => {
  it('sums up what is told of one file, and keeps folders, programs and verdicts apart', () => {
    const { executable: _, ...bare } = FILE;
    const others = [bare, { ...bare, folder: true }, { ...FILE, verdict: 'block' }];
    const seen = { firstSeen: EVENT.time, lastSeen: EVENT.time };
    expect(told({ ...EVENT, files: [FILE, ...others, FILE] }).all()).toEqual([
      { ...PLACE, ...FILE, count: 4, ...seen },
      ...others.map((one) => ({ ...PLACE, ...one, ...seen })),
    ]);
  });

  it('counts what it cannot read and what agents had no room for, and takes the rest', () => {
    const files = [FILE, null, { ...FILE, path: 'a' }, { ...FILE, access: 'read' }, { ...FILE, folder: 1 }];
    const all = told({ ...EVENT, files, notCounted: 5 }, { event: 'files' }, { ...EVENT, files: {} });
    expect({ files: all.all().length, malformed: all.malformed, notCounted: all.notCounted }).toEqual({
      files: 1,
      malformed: 6,
      notCounted: 5,
    });
  });

  it('takes no folder whose path leaves no room for anything in it, which no rule could say', () => {
    const folderOf = (length: number) => ({ ...FILE, folder: true, path: `/${'x'.repeat(length - 1)}` });
    const all = told({ ...EVENT, files: [folderOf(4_094), folderOf(4_095)] });
    expect({ files: all.all().length, malformed: all.malformed }).toEqual({ files: 1, malformed: 1 });
  });

  it('takes nothing of other events, and fails for nothing', () => {
    const all = toldFiles();
    expect(all.take({ ...EVENT, event: 'programs', files: [FILE] })).toBe('other');
    expect(all.take(null)).toBe('other');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(EVENT), 'files'), fc.jsonValue()), (over) => {
        expect(['taken', 'other']).toContain(all.take({ ...EVENT, files: [FILE], ...over }));
      }),
    );
  });
});
