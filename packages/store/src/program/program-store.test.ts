import type {
  ContainerPlace,
  Program,
  ProgramFilter,
  ProgramObservation,
  ProgramReport,
} from '@bulkhead/control-plane';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';

const [T0, T1, T2] = [8, 9, 10].map((hour) => `2026-11-26T${String(hour).padStart(2, '0')}:00:00.000Z`) as [
  string,
  string,
  string,
];
const HOSTILE = `'; drop table program; -- \0 \uD800 \u202E 🧱`;
const WEB: ContainerPlace = { namespace: 'shop', workload: 'web', container: 'main' };

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`programs on ${database.name} are not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`programs on ${database.name}`, () => {
    let store: Store;
    let sequence: number;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
      sequence = 0;
      await store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: T0 });
    });
    afterEach(() => store.close());

    const program = (over: Partial<ProgramObservation> = {}): ProgramObservation => ({
      executable: '/usr/bin/node',
      user: 1000,
      fromImage: true,
      verdict: 'allow',
      count: 1,
      ...over,
    });
    const report = (at: string, programs: readonly ProgramObservation[], over: Partial<ProgramReport> = {}) => ({
      at,
      local: { place: WEB, groups: ['shop'] },
      seen: programs,
      notCounted: 0,
      malformed: 0,
      ...over,
    });
    const tell = (...reports: readonly ProgramReport[]) => {
      const events = reports.map((programs) => {
        sequence += 1;
        return { sequence, document: { event: 'programs', sequence }, programs };
      });
      return store.events.append({ agent: 'agent-1', epoch: 1, events }, T2);
    };
    const all = async (filter: ProgramFilter = {}): Promise<readonly Program[]> => {
      const found: Program[] = [];
      for (let after: string | undefined; ; ) {
        // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before ended
        const { items, next } = await store.programs.list(filter, { limit: 2, after });
        found.push(...items);
        if (next === undefined) return found;
        after = next;
      }
    };
    const kept = async (): Promise<readonly unknown[]> =>
      (await store.events.list({}, { limit: 99 })).items.map(({ document }) => document['sequence']);

    it('are summed up over batches and within one, whatever comes late, and are no events', async () => {
      await tell(report(T1, [program(), program()]));
      await tell(
        report(T2, [program({ count: 2 ** 40 })], { local: { place: WEB, groups: ['shop', 'web'] } }),
        report(T0, [program({ count: 7 })], { local: { place: WEB, groups: [] } }),
      );

      expect(await all()).toEqual([
        {
          id: expect.any(Number),
          ...WEB,
          ...program(),
          count: 9 + 2 ** 40,
          groups: ['shop', 'web'],
          firstSeen: T0,
          lastSeen: T2,
        },
      ]);
      expect(await kept()).toEqual([]);
    });

    it('are counted no further than is told exactly', async () => {
      await tell(report(T1, [program({ count: Number.MAX_SAFE_INTEGER }), program()]));
      await tell(report(T1, [program({ count: Number.MAX_SAFE_INTEGER })]));
      expect(await all()).toMatchObject([{ count: Number.MAX_SAFE_INTEGER }]);
    });

    it('are told apart by container, executable, user, origin and verdict', async () => {
      const { user: _, fromImage: _origin, ...unknown } = program();
      const others = [
        program({ executable: '/bin/sh' }),
        program({ user: 0 }),
        program({ user: 2 ** 32 - 1 }),
        program({ fromImage: false }),
        program({ verdict: 'block' }),
        unknown,
      ];
      await tell(
        report(T0, [program(), ...others]),
        ...[{ namespace: 'bank' }, { workload: 'db' }, { container: 'sidecar' }].map((over) =>
          report(T0, [program()], { local: { place: { ...WEB, ...over }, groups: [] } }),
        ),
        report(T0, [program()], { local: { place: { workload: 'web', container: 'main' }, groups: [] } }),
      );

      const found = await all();
      expect(found).toHaveLength(11);
      for (const one of others) expect(found).toContainEqual(expect.objectContaining(one));
      expect(found.filter((one) => !('user' in one) && !('fromImage' in one))).toHaveLength(1);
      expect(found.filter((one) => !('namespace' in one))).toHaveLength(1);
    });

    it('are found by namespace, workload, executable, verdict and when they were last seen', async () => {
      await tell(
        report(T0, [program()]),
        report(T1, [program({ executable: '/bin/sh', verdict: 'block' })]),
        report(T2, [program()], { local: { place: { ...WEB, namespace: 'bank', workload: 'db' }, groups: [] } }),
      );
      const seen = async (filter: ProgramFilter) => (await all(filter)).map(({ lastSeen }) => lastSeen);

      expect(await seen({})).toEqual([T2, T1, T0]);
      expect(await seen({ namespaces: ['shop'] })).toEqual([T1, T0]);
      expect(await seen({ namespaces: [] })).toEqual([]);
      expect(await seen({ workload: 'db' })).toEqual([T2]);
      expect(await seen({ executable: '/bin/sh' })).toEqual([T1]);
      expect(await seen({ verdict: 'block' })).toEqual([T1]);
      expect(await seen({ since: T1, executable: '/usr/bin/node' })).toEqual([T2]);
    });

    it('are forgotten where they were not seen for long, and where there are too many', async () => {
      const some = (from: number) => [0, 1, 2].map((at) => program({ user: from + at }));
      await tell(report(T0, some(1)), report(T1, some(4)), report(T2, some(7)));
      const left = async (): Promise<readonly unknown[]> => (await all()).map(({ lastSeen }) => lastSeen);

      expect(await store.programs.prune({ seenBefore: T1, most: 9 }, 2)).toBe(2);
      expect(await store.programs.prune({ seenBefore: T1, most: 9 }, 2)).toBe(1);
      expect(await store.programs.prune({ seenBefore: T1, most: 9 }, 2)).toBe(0);
      expect(await store.programs.prune({ seenBefore: T1, most: 2 }, 3)).toBe(3);
      expect(await left()).toEqual([T2, T2, T2]);
      expect(await store.programs.prune({ seenBefore: T1, most: 2 }, 3)).toBe(1);
      expect(await left()).toEqual([T2, T2]);
    });

    it('are read on in the order in which they came to be known, whatever is seen again meanwhile', async () => {
      await tell(report(T0, [program({ user: 1 }), program({ user: 2 })]), report(T1, [program({ user: 3 })]));
      const [first, second] = await store.programs.inOrder(0, '', 2);
      await tell(report(T2, [program({ user: 3 }), program({ user: 1 })]));

      const rest = await store.programs.inOrder(second?.id ?? 0, '', 2);
      expect(new Set([first, second, ...rest].map((one) => one?.user))).toEqual(new Set([1, 2, 3]));
      expect(new Set((await store.programs.inOrder(0, T2, 9)).map(({ user }) => user))).toEqual(new Set([1, 3]));
    });

    it('are kept beside the event where not all of it is understood, whatever they are called', async () => {
      const long = Array.from({ length: 4_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)));
      const place = { namespace: HOSTILE, workload: HOSTILE.repeat(100), container: HOSTILE };
      await tell(
        report(T0, [program({ executable: `/${HOSTILE}` }), program({ executable: `/${long.join('')}` })], {
          local: { place, groups: [HOSTILE] },
          malformed: 1,
        }),
        { at: T0, seen: [], notCounted: 0, malformed: 1 },
      );

      expect((await all()).map(({ executable }) => executable)).toEqual([
        `/${long.join('')}`,
        `/${HOSTILE.toWellFormed().replace('\0', '\uFFFD')}`,
      ]);
      expect((await all())[0]).toMatchObject({ groups: [HOSTILE] });
      expect(await kept()).toEqual([2, 1]);
    });
  });
}
