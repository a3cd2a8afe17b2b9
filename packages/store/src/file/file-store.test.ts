import type { ContainerPlace, File, FileFilter, FileObservation, FileReport } from '@bulkhead/control-plane';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fairShare } from '../fair-share.ts';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';

const [T0, T1, T2] = [8, 9, 10].map((hour) => `2026-11-27T${String(hour).padStart(2, '0')}:00:00.000Z`) as [
  string,
  string,
  string,
];
const HOSTILE = `'; drop table file; -- \0 \uD800 \u202E <script>alert(1)</script> 🧱`;
const WEB: ContainerPlace = { namespace: 'shop', workload: 'web', container: 'main' };

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`files on ${database.name} are not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`files on ${database.name}`, () => {
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

    const file = (over: Partial<FileObservation> = {}): FileObservation => ({
      path: '/data/a',
      executable: '/usr/bin/node',
      access: 'write',
      verdict: 'allow',
      count: 1,
      ...over,
    });
    const report = (at: string, files: readonly FileObservation[], over: Partial<FileReport> = {}): FileReport => ({
      at,
      local: { place: WEB, groups: ['shop'] },
      seen: files,
      notCounted: 0,
      malformed: 0,
      ...over,
    });
    const tell = (...reports: readonly FileReport[]) => {
      const events = reports.map((files) => {
        sequence += 1;
        return { sequence, document: { event: 'files', sequence }, files };
      });
      return store.events.append({ agent: 'agent-1', epoch: 1, events }, T2);
    };
    const all = async (filter: FileFilter = {}): Promise<readonly File[]> => {
      const found: File[] = [];
      for (let after: string | undefined; ; ) {
        // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before ended
        const { items, next } = await store.files.list(filter, { limit: 100, after });
        found.push(...items);
        if (next === undefined) return found;
        after = next;
      }
    };

    it('are summed up over batches and within one, whatever comes late, and are no events', async () => {
      await tell(report(T1, [file(), file()]));
      await tell(
        report(T2, [file({ count: 2 ** 40 })], { local: { place: WEB, groups: ['shop', 'web'] } }),
        report(T0, [file({ count: 7 })], { local: { place: WEB, groups: [] } }),
      );

      const sum = { count: 9 + 2 ** 40, groups: ['shop', 'web'], firstSeen: T0, lastSeen: T2 };
      expect(await all()).toEqual([{ id: expect.any(Number), ...WEB, ...file(), ...sum }]);
      expect((await store.events.list({}, { limit: 9 })).items).toEqual([]);
    });

    it('are told apart by container, path, whether it is a folder, executable and verdict', async () => {
      const { executable: _, ...unknown } = file();
      const others = [
        file({ path: '/data' }),
        file({ folder: true }),
        file({ executable: '/bin/sh' }),
        file({ verdict: 'block' }),
        unknown,
      ];
      await tell(
        report(T0, [file(), ...others]),
        report(T0, [file()], { local: { place: { ...WEB, container: 'sidecar' }, groups: [] } }),
      );

      const found = await all();
      expect(found).toHaveLength(7);
      for (const one of others) expect(found).toContainEqual(expect.objectContaining(one));
      expect(found.filter((one) => one.folder === true)).toHaveLength(1);
      expect(found.filter((one) => !('executable' in one))).toHaveLength(1);
    });

    it('are found by namespace, workload, path, verdict and when they were last seen', async () => {
      await tell(
        report(T0, [file()]),
        report(T1, [file({ path: '/etc/x', verdict: 'block' })]),
        report(T2, [file()], { local: { place: { ...WEB, namespace: 'bank', workload: 'db' }, groups: [] } }),
      );
      const seen = async (filter: FileFilter) => (await all(filter)).map(({ lastSeen }) => lastSeen);

      expect(await seen({})).toEqual([T2, T1, T0]);
      expect(await seen({ namespaces: ['shop'] })).toEqual([T1, T0]);
      expect(await seen({ namespaces: [] })).toEqual([]);
      expect(await seen({ workload: 'db' })).toEqual([T2]);
      expect(await seen({ path: '/etc/x' })).toEqual([T1]);
      expect(await seen({ path: '/etc/*' })).toEqual([]);
      expect(await seen({ verdict: 'block' })).toEqual([T1]);
      expect(await seen({ since: T1, path: '/data/a' })).toEqual([T2]);
    });

    it('are forgotten where they were not seen for long, and read on in the order in which they came to be known', async () => {
      const some = (from: number) => [0, 1, 2].map((at) => file({ path: `/${from + at}` }));
      await tell(report(T0, some(1)), report(T1, some(4)), report(T2, some(7)));
      const [first, second] = await store.files.inOrder(0, '', 2);
      const rest = await store.files.inOrder(second?.id ?? 0, '', 99);
      expect(new Set([first, second, ...rest].map((one) => one?.path)).size).toBe(9);

      expect(await store.files.prune({ seenBefore: T1, most: 9 }, 5)).toBe(3);
      expect(await store.files.prune({ seenBefore: T1, most: 3 }, 5)).toBe(3);
      expect((await all()).map(({ lastSeen }) => lastSeen)).toEqual([T2, T2, T2]);
    });

    it('are forgotten of whoever told of too many, whatever is told of late and by whom', async () => {
      const agents = ['agent-1', 'agent-2', 'agent-3'];
      const counts = fc.tuple(fc.nat({ max: 12 }), fc.nat({ max: 12 }), fc.nat({ max: 12 }));
      let epoch = 1;
      await fc.assert(
        fc.asyncProperty(counts, fc.nat({ max: 20 }), fc.integer({ min: 1, max: 9 }), async (made, most, limit) => {
          const told = made.map((count, who) =>
            Array.from({ length: count }, (_, at) => file({ path: `/${agents[who]}/${at}`, count: at + 1 })),
          );
          epoch += 1;
          for (const [who, files] of told.entries()) {
            const agent = agents[who] ?? '';
            const document = { event: 'files' };
            const at = [T0, T2, T1][who] ?? T0;
            // Whoever tells of what another told of first has not taken it over.
            const others = { sequence: 2, document, files: report(T2, told[0] ?? []) };
            const events = [{ sequence: 1, document, files: report(at, files) }, others];
            // oxlint-disable-next-line no-await-in-loop -- one after the other: who is first counts
            await store.agents.enrol({ id: agent, node: agent, enrolledAt: T0 });
            // oxlint-disable-next-line no-await-in-loop -- as above
            await store.events.append({ agent, epoch, events }, T2);
          }
          // oxlint-disable-next-line no-await-in-loop -- step by step
          while ((await store.files.prune({ seenBefore: T0, most }, limit)) > 0);
          const left = (await all()).map(({ path }) => path);
          const share = fairShare(made, most);
          const kept = agents.map((agent) => left.filter((path) => path.startsWith(`/${agent}/`)).length);
          expect(left.length).toBeLessThanOrEqual(most);
          // What an equal part leaves over, as no whole row comes of it for each, is given to somebody.
          const some = made.map((count, who) => Math.min(kept[who] ?? 0, count, share));
          expect(some).toEqual(made.map((count) => Math.min(count, share)));
          // oxlint-disable-next-line no-await-in-loop -- step by step
          while ((await store.files.prune({ seenBefore: '9', most }, 99)) > 0);
        }),
        { numRuns: 25 },
      );
    });

    it('are kept beside the event where not all of it is understood, whatever they are called', async () => {
      const long = Array.from({ length: 4_000 }, (_, at) => String.fromCodePoint(0x4e00 + ((at * 7919) % 20_000)));
      const place = { namespace: HOSTILE, workload: HOSTILE.repeat(100), container: HOSTILE };
      const files = [file({ path: `/${HOSTILE}`, executable: `/${HOSTILE}` }), file({ path: `/${long.join('')}` })];
      await tell(report(T0, files, { local: { place, groups: [HOSTILE] }, malformed: 1 }));

      const kept = HOSTILE.toWellFormed().replace('\0', '\uFFFD');
      expect(await all()).toMatchObject([
        { path: `/${long.join('')}`, groups: [HOSTILE] },
        { path: `/${kept}`, executable: `/${kept}` },
      ]);
      expect((await store.events.list({}, { limit: 9 })).items).toHaveLength(1);
    });

    describe('of which one container has too many', () => {
      const [MOST, LIMIT] = [100, 400];
      const fold = async (): Promise<void> => {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, as whoever does it
        while ((await store.files.fold(MOST, LIMIT)) > 0);
      };
      const write = async (paths: readonly string[], over: Partial<FileObservation> = {}, at = T1): Promise<void> => {
        const files = paths.map((path) => file({ path, ...over }));
        await tell(report(at, files));
      };
      const names = (count: number, path: (at: number) => string) => Array.from({ length: count }, (_, at) => path(at));
      const summaries = async () =>
        (await all()).map(
          ({ path, folder = false, count, verdict }) => `${verdict} ${path}${folder ? '/*' : ''} ${count}`,
        );

      it('are summed up by folder, the others as they are, and those of others as well', async () => {
        await write(['/etc/app.conf', '/data/a'], {}, T0);
        await write(names(500, (at) => `/tmp/req-${at}/body`));
        await write(['/tmp/bad'], { verdict: 'block' });
        await tell(report(T2, [file()], { local: { place: { ...WEB, workload: 'db' }, groups: [] } }));
        await fold();

        expect(new Set(await summaries())).toEqual(
          new Set(['allow /etc/app.conf 1', 'allow /data/a 1', 'allow /tmp/* 500', 'block /tmp/bad 1']),
        );
        expect(await all({ workload: 'db' })).toMatchObject([{ path: '/data/a' }]);
        expect(await store.files.fold(MOST, LIMIT)).toBe(0);
      });

      it('are added to the folder that stands for them, from the first time to the last', async () => {
        await write(
          names(150, (at) => `/tmp/a${at}`),
          {},
          T1,
        );
        await fold();
        await write(
          names(150, (at) => `/tmp/b${at}`),
          { executable: '/bin/sh' },
          T2,
        );
        await write(
          names(50, (at) => `/tmp/c${at}`),
          {},
          T0,
        );
        await fold();

        const { executable: _, ...common } = file();
        expect(await all()).toEqual([
          {
            id: expect.any(Number),
            ...WEB,
            ...common,
            path: '/tmp',
            folder: true,
            groups: ['shop'],
            count: 350,
            firstSeen: T0,
            lastSeen: T2,
          },
        ]);
      });

      it('are few in the end, whatever they are called', async () => {
        for (const verdict of ['allow', 'alert', 'block'] as const) {
          for (const executable of ['/a', '/b']) {
            // oxlint-disable-next-line no-await-in-loop -- one after the other, as an agent does
            await write(
              names(250, (at) => `/${at % 7}/${at % 50}/${at}\u202e'"*`),
              { verdict, executable },
            );
          }
        }
        await fold();
        const left = await all();
        expect(left.length).toBeLessThanOrEqual(MOST);
        expect(left.reduce((sum, { count }) => sum + count, 0)).toBe(1_500);
      });
    });
  });
}
