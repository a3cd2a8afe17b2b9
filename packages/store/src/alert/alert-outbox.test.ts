import { randomUUID } from 'node:crypto';
import { MAX_WAITING } from '@bulkhead/alerts';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../open-store.ts';
import { testDatabases } from '../test-support/databases.ts';

const T0 = '2026-11-26T08:00:00.000Z';
const T1 = '2026-11-26T09:00:00.000Z';
const T2 = '2026-11-26T10:00:00.000Z';
const HOSTILE = `'; drop table alert_delivery; -- \u202E 🧱 \\`;

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`the outbox of alerts on ${database.name} is not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`the outbox of alerts on ${database.name}`, () => {
    let store: Store;
    let sequence = 0;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
      await store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: T0 });
    });
    afterEach(() => store.close());

    const finding = async (pod: string, count = 1): Promise<void> => {
      const document = {
        event: 'finding',
        time: T0,
        detector: 'card-number',
        sensor: 'cards',
        verdict: 'block',
        confidence: 'high',
        workloads: [{ name: 'web', namespace: 'shop', pod }],
      };
      const events = Array.from({ length: count }, () => ({ sequence: (sequence += 1), document }));
      await store.events.append({ agent: 'agent-1', epoch: 1, events }, T0);
    };
    const raise = (now: string, over: { repeatBefore?: string; limit?: number; sinks?: readonly string[] } = {}) => {
      const { sinks = ['a', 'b'], limit = 100, repeatBefore } = over;
      return store.alerts.raise({ now, limit, repeatBefore, sinksFor: () => sinks, newId: randomUUID });
    };
    const claim = (sink: string, now: string, until = T2, limit = 100) =>
      store.alerts.claim(sink, { now, until, limit });

    it('tells each sink once of what is new, with what there was of it', async () => {
      await finding('web-1', 3);
      await finding(HOSTILE);

      expect(await raise(T1)).toMatchObject({ seen: 2, raised: 2 });
      expect(await raise(T1)).toMatchObject({ seen: 0, raised: 0 });
      const [first, second] = await claim('a', T1);
      expect(first?.alert).toMatchObject({ kind: 'finding', severity: 'high', count: 3, namespace: 'shop', at: T1 });
      expect(second?.alert.workload).toBe(HOSTILE);
      expect((await claim('b', T1)).map(({ alert }) => alert.id)).toEqual([first?.alert.id, second?.alert.id]);
      expect(await claim('c', T1)).toEqual([]);
    });

    it.each(['+012026-11-26T08:00:00Z', '-000001-01-01T00:00:00Z', '', 'never'])(
      'tells of what is said to have happened at %j, and of everything else',
      async (time) => {
        const document = { event: 'workload-failed', time, problem: 'x', workloads: [{ name: 'web' }] };
        await store.events.append(
          { agent: 'agent-1', epoch: 1, events: [{ sequence: (sequence += 1), document }] },
          T0,
        );
        await finding('web-1');

        expect(await raise(T1)).toMatchObject({ seen: 2, raised: 2 });
        expect((await claim('a', T1)).map(({ alert }) => alert.firstSeen)).toEqual([T0, T0]);
      },
    );

    it('tells of what goes on only after a while, and not once somebody has acknowledged it', async () => {
      await finding('web-1');
      await raise(T0);
      await finding('web-1');

      expect(await raise(T1)).toMatchObject({ raised: 0 });
      expect(await raise(T1, { repeatBefore: T0 })).toMatchObject({ raised: 0 });
      expect(await raise(T1, { repeatBefore: T1 })).toMatchObject({ raised: 1 });
      expect(await raise(T2, { repeatBefore: T2 })).toMatchObject({ raised: 0 });
      await finding('web-1');
      await store.incidents.change(1, { state: 'acknowledged', by: 'ada', at: T1 });
      expect(await raise(T2, { repeatBefore: T2 })).toMatchObject({ raised: 0 });
      expect((await claim('a', T2)).map(({ alert }) => alert.count)).toEqual([1, 2]);
    });

    it('says nothing of what was closed before it could', async () => {
      await finding('web-1');
      await store.incidents.change(1, { state: 'closed', by: 'ada', at: T1 });

      expect(await raise(T1)).toMatchObject({ seen: 1, raised: 0 });
      expect(await raise(T1)).toMatchObject({ seen: 0 });
    });

    it('gives what was taken and not delivered to the next one, when its time is over', async () => {
      await finding('web-1');
      await raise(T0);
      const [taken] = await claim('a', T0, T1);

      expect(await claim('a', T0)).toEqual([]);
      const [again] = await claim('a', T1);
      expect(again).toEqual(taken);
      await store.alerts.delivered([again?.id ?? 0]);
      expect(await claim('a', T2)).toEqual([]);
      expect(await store.alerts.counts()).toEqual([{ sink: 'b', waiting: 1, dead: 0 }]);
    });

    it('never gives one alert to two who take at the same time', async () => {
      for (const pod of ['1', '2', '3', '4', '5', '6', '7', '8']) await finding(pod);
      await Promise.all([raise(T0, { sinks: ['a'] }), raise(T0, { sinks: ['a'] })]);

      const taken = (await Promise.all([1, 2, 3, 4].map(() => claim('a', T0, T1, 3)))).flat();
      const rest = await claim('a', T0, T1);
      const ids = [...taken, ...rest].map(({ id }) => id);
      expect(new Set(ids).size).toBe(8);
      expect(ids).toHaveLength(8);
    });

    it('keeps what died for somebody to see, to try anew or to forget', async () => {
      for (const pod of ['1', '2', '3']) await finding(pod);
      await raise(T0);
      const ids = (await claim('a', T0)).map(({ id }) => id);
      await store.alerts.failed(ids.slice(0, 1), { problem: 'later', dueAt: T1, isDead: false });
      await store.alerts.failed(ids.slice(1), { problem: HOSTILE, dueAt: T1, isDead: true });

      expect(await claim('a', T0)).toEqual([]);
      expect((await claim('a', T1, T2)).map(({ failures }) => failures)).toEqual([1]);
      const dead = await store.alerts.dead({ sink: 'a', limit: 10 });
      expect(dead.map(({ id }) => id)).toEqual(ids.slice(1).toReversed());
      expect(dead[0]).toMatchObject({ sink: 'a', problem: HOSTILE, diedAt: T1, failures: 1 });
      expect(await store.alerts.dead({ limit: 10, before: dead[0]?.id })).toHaveLength(1);
      expect(await store.alerts.counts()).toContainEqual({ sink: 'a', waiting: 1, dead: 2 });

      expect(await store.alerts.revive({ id: ids[1] }, T1)).toBe(1);
      expect(await store.alerts.revive({ id: ids[0] }, T1)).toBe(0);
      expect((await claim('a', T1)).map(({ id, failures }) => [id, failures])).toEqual([[ids[1], 0]]);
      expect(await store.alerts.drop({ sink: 'b' })).toBe(0);
      expect(await store.alerts.drop({})).toBe(1);
      expect(await store.alerts.dead({ limit: 10 })).toEqual([]);
    });

    it('takes no more for a sink than may wait, and says what it left out', async () => {
      await finding('web-1');
      const sinks = Array.from({ length: MAX_WAITING + 2 }, () => 'a');
      const outcome = await raise(T0, { sinks });

      expect(outcome.dropped).toEqual(new Map([['a', 2]]));
      expect(await store.alerts.counts()).toEqual([{ sink: 'a', waiting: MAX_WAITING, dead: 0 }]);
      await finding('web-2');
      expect((await raise(T0, { sinks: ['a', 'b'] })).dropped).toEqual(new Map([['a', 1]]));
      expect(await store.alerts.prune(T1)).toBe(MAX_WAITING + 1);
    });
  });
}
