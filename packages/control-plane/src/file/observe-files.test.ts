import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SEEN_OF_EVENT } from '../container/observe-container.ts';
import type { FlowEnd } from '../flow/flow.ts';
import { type FileReport, observeFiles } from './observe-files.ts';

const NOW = '2026-11-27T12:00:00.000Z';
const WEB: FlowEnd = { kind: 'workload', namespace: 'shop', name: 'web' };
const FILE = { path: '/data/a', executable: '/usr/bin/node', access: 'write', verdict: 'allow', count: 3 };
const EVENT = {
  time: '2026-11-27T11:59:59.000Z',
  since: '2026-11-27T11:00:00.000Z',
  event: 'files',
  netns: '/run/netns/x',
  workloads: [{ name: 'main', namespace: 'shop', pod: 'web-1' }],
  groups: ['web', 'shop'],
  mode: 'discover',
};
const told = (...files: readonly unknown[]): FileReport => {
  const report = observeFiles({ ...EVENT, files, notCounted: 7 }, NOW, () => WEB);
  if (report === undefined) throw new Error('it says nothing of files');
  return report;
};

describe('observeFiles', () => {
  it('has files, and folders that stand for many, be of a container of what writes them', () => {
    const folder = { path: '/tmp', folder: true, access: 'write', verdict: 'alert', count: 0 };
    expect(told(FILE, folder)).toEqual({
      at: EVENT.time,
      local: { place: { namespace: 'shop', workload: 'web', container: 'main' }, groups: ['shop', 'web'] },
      seen: [FILE, folder],
      notCounted: 7,
      malformed: 0,
    });
  });

  it.each([
    { path: 'data' },
    { path: '' },
    { path: `/${'x'.repeat(4_096)}` },
    { path: undefined },
    { folder: false },
    { folder: true, path: `/${'x'.repeat(4_094)}` },
    { executable: 'node' },
    { executable: `/${'x'.repeat(4_096)}` },
    { access: 'read' },
    { verdict: 'mask' },
    { count: -1 },
    { count: 1.5 },
    { count: 2 ** 53 },
  ])('counts %j as what is not understood, and takes the others', (over) => {
    expect(told({ ...FILE, ...over }, FILE)).toMatchObject({ seen: [FILE], malformed: 1 });
  });

  it('takes no more files of an event than it may have', () => {
    const { seen, malformed } = told(...Array.from({ length: MAX_SEEN_OF_EVENT + 1 }, () => FILE));
    expect({ taken: seen.length, malformed }).toEqual({ taken: 256, malformed: 1 });
  });

  it('says nothing of other events, and fails for nothing that is sent', () => {
    expect(observeFiles({ ...EVENT, event: 'programs', files: [FILE] }, NOW, () => WEB)).toBeUndefined();
    const anything = fc.jsonValue();
    const part = fc.dictionary(fc.constantFrom(...Object.keys(FILE), 'folder', '__proto__'), anything);
    const files = fc.array(
      fc.oneof(
        anything,
        part.map((over) => ({ ...FILE, ...over })),
      ),
    );
    fc.assert(
      fc.property(anything, files, (value, some) => {
        observeFiles(value, NOW, () => WEB);
        const report = told(...some);
        expect(report.seen.length + report.malformed).toBe(some.length);
      }),
    );
  });
});
