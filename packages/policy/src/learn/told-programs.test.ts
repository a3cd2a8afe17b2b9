import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LearntProgram } from './program.ts';
import { toldPrograms } from './told-programs.ts';
import type { ToldUses } from './told-uses.ts';

const PROGRAM = { executable: '/bin/sh', user: 0, fromImage: true, verdict: 'allow', count: 2 };
const EVENT = {
  time: '2026-11-27T09:00:00.000Z',
  since: '2026-11-27T08:00:00.000Z',
  event: 'programs',
  netns: '/proc/1/ns/net',
  workloads: [{ name: 'main', namespace: 'shop', pod: 'web-1' }],
  groups: ['web', 'shop'],
  mode: 'discover',
};
const PLACE = { namespace: 'shop', workload: 'web-1', container: 'main', groups: ['shop', 'web'] };

function told(...lines: readonly unknown[]): ToldUses<LearntProgram> {
  const all = toldPrograms();
  for (const line of lines) all.take(line);
  return all;
}

describe('toldPrograms', () => {
  it('sums up what is told of one program, from the first time to the last', () => {
    const early = { ...EVENT, time: '2026-11-27T07:00:00Z', groups: ['shop', 'web'] };
    const all = told({ ...EVENT, programs: [PROGRAM, { ...PROGRAM, user: 7 }] }, { ...early, programs: [PROGRAM] });
    const seen = { firstSeen: EVENT.time, lastSeen: EVENT.time };
    expect(all.all()).toEqual([
      { ...PLACE, ...PROGRAM, count: 4, firstSeen: '2026-11-27T07:00:00.000Z', lastSeen: EVENT.time },
      { ...PLACE, ...PROGRAM, user: 7, ...seen },
    ]);
  });

  it('keeps each list of groups once, and programs of different lists apart', () => {
    const many = ['web', 'shop'].map((executable) => ({ ...PROGRAM, executable: `/${executable}` }));
    const all = told(
      { ...EVENT, programs: many },
      { ...EVENT, programs: [PROGRAM] },
      { ...EVENT, groups: ['web'], programs: [PROGRAM] },
    );
    expect(all.all().map(({ groups }) => groups)).toEqual([...[1, 2, 3].map(() => ['shop', 'web']), ['web']]);
    expect(new Set(all.all().map(({ groups }) => groups)).size).toBe(2);
  });

  it('knows what no agent could tell from what it told, and a container that is in no pod', () => {
    const [bare, event] = [
      { executable: '/bin/sh', verdict: 'block', count: 0 },
      { ...EVENT, workloads: [{ name: 'lone' }], groups: [] },
    ];
    expect(told({ ...event, programs: [bare] }).all()).toEqual([
      { workload: 'lone', container: 'lone', groups: [], ...bare, firstSeen: EVENT.time, lastSeen: EVENT.time },
    ]);
  });

  it('counts what it cannot read and what agents had no room for, and takes the rest', () => {
    const programs = [PROGRAM, null, { ...PROGRAM, executable: 'sh' }, { ...PROGRAM, count: -1 }];
    const all = told({ ...EVENT, programs, notCounted: 5 }, { event: 'programs' }, { ...EVENT, time: 'now', programs });
    expect({ programs: all.all().length, malformed: all.malformed, notCounted: all.notCounted }).toEqual({
      programs: 1,
      malformed: 5,
      notCounted: 5,
    });
  });

  it.each(['+012026-11-27T09:00:00.000Z', '-000001-11-27T09:00:00.000Z'])('does not understand the time %s', (time) => {
    const all = told({ ...EVENT, time, programs: [PROGRAM] });
    expect({ programs: all.all(), malformed: all.malformed }).toEqual({ programs: [], malformed: 1 });
  });

  it('takes nothing of other events, and fails for nothing', () => {
    const all = toldPrograms();
    expect(all.take({ ...EVENT, event: 'flows', programs: [PROGRAM] })).toBe('other');
    expect(all.take(null)).toBe('other');
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(EVENT), 'programs'), fc.jsonValue()), (over) => {
        expect(['taken', 'other']).toContain(all.take({ ...EVENT, programs: [PROGRAM], ...over }));
      }),
    );
  });
});
