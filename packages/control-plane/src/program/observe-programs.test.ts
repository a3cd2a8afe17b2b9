import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_SEEN_OF_EVENT } from '../container/observe-container.ts';
import type { FlowEnd } from '../flow/flow.ts';
import { observePrograms, type ProgramReport } from './observe-programs.ts';

const NOW = '2026-11-26T12:00:00.000Z';
const WEB: FlowEnd = { kind: 'workload', namespace: 'shop', name: 'web' };
const PROGRAM = { executable: '/usr/bin/node', user: 1000, fromImage: true, verdict: 'allow', count: 3 };
const EVENT = {
  time: '2026-11-26T11:59:59.000Z',
  since: '2026-11-26T11:00:00.000Z',
  event: 'programs',
  netns: '/run/netns/x',
  workloads: [{ name: 'main', namespace: 'shop', pod: 'web-1' }],
  groups: ['web', 'shop'],
  mode: 'discover',
};
const told = (...programs: readonly unknown[]): ProgramReport => {
  const report = observePrograms({ ...EVENT, programs }, NOW, () => WEB);
  if (report === undefined) throw new Error('it says nothing of programs');
  return report;
};

describe('observePrograms', () => {
  it('has programs be of a container of what runs it', () => {
    const unknown = { executable: '/bin/sh', verdict: 'block', count: 0 };
    expect(told(PROGRAM, unknown)).toEqual({
      at: EVENT.time,
      local: { place: { namespace: 'shop', workload: 'web', container: 'main' }, groups: ['shop', 'web'] },
      seen: [PROGRAM, unknown],
      notCounted: 0,
      malformed: 0,
    });
  });

  it.each([
    { executable: 'node' },
    { executable: '' },
    { executable: `/${'x'.repeat(4_096)}` },
    { executable: undefined },
    { user: -1 },
    { user: 2 ** 32 },
    { user: 'root' },
    { fromImage: 1 },
    { verdict: 'mask' },
    { count: -1 },
    { count: 1.5 },
    { count: 2 ** 53 },
  ])('counts %j as what is not understood, and takes the others', (over) => {
    expect(told({ ...PROGRAM, ...over }, PROGRAM)).toMatchObject({ seen: [PROGRAM], malformed: 1 });
  });

  it('takes no more programs of an event than it may have', () => {
    const programs = Array.from({ length: MAX_SEEN_OF_EVENT + 1 }, () => PROGRAM);
    const { seen: taken, malformed } = told(...programs);
    expect({ taken: taken.length, malformed }).toEqual({ taken: 256, malformed: 1 });
  });

  it('keeps a few groups beside each program, whatever an agent says', () => {
    const many = Array.from({ length: 1_000 }, (_, at) => `g-${at}-${'x'.repeat(50)}`);
    const groups = ['Shop', 'a\0', 'x'.repeat(200), 'web', 'web', ...many];
    const kept = observePrograms({ ...EVENT, programs: [PROGRAM], groups }, NOW, () => WEB)?.local?.groups;
    expect(kept).toEqual(many.toSorted().slice(0, 32));
    expect(observePrograms({ ...EVENT, programs: [], groups: ['web', 'web'] }, NOW, () => WEB)?.local?.groups).toEqual([
      'web',
    ]);
  });

  it.each([
    { programs: [PROGRAM], workloads: [] },
    { programs: [PROGRAM], netns: '' },
    { programs: [PROGRAM], notCounted: -1 },
    { programs: {} },
    {},
  ])('takes nothing of an event that says otherwise %j', (over) => {
    expect(observePrograms({ ...EVENT, ...over }, NOW, () => WEB)).toMatchObject({ seen: [], malformed: 1 });
  });

  it('has nothing be seen later than it was told', () => {
    const late = { ...EVENT, time: '2027-01-01T00:00:00.000Z', programs: [] };
    expect(observePrograms(late, NOW, () => WEB)?.at).toBe(NOW);
  });

  it('says nothing of other events, and fails for nothing that is sent', () => {
    expect(observePrograms({ ...EVENT, event: 'flows', programs: [PROGRAM] }, NOW, () => WEB)).toBeUndefined();
    const anything = fc.jsonValue();
    const part = fc.dictionary(fc.constantFrom(...Object.keys(PROGRAM), '__proto__'), anything);
    const programs = fc.array(
      fc.oneof(
        anything,
        part.map((over) => ({ ...PROGRAM, ...over })),
      ),
    );
    fc.assert(
      fc.property(anything, programs, (value, some) => {
        observePrograms(value, NOW, () => WEB);
        const report = told(...some);
        expect(report.seen.length + report.malformed).toBe(some.length);
      }),
    );
  });
});
