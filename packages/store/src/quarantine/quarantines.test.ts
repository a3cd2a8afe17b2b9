import type { QuarantineRequest } from '@bulkhead/control-plane';
import { Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openDialect } from '../dialect/open-dialect.ts';
import { openStore, type Store } from '../open-store.ts';
import type { Tables } from '../schema/tables.ts';
import { testDatabases } from '../test-support/databases.ts';
import { KyselyQuarantineStore } from './quarantine-store.ts';

const T0 = '2026-11-26T08:00:00.000Z';
const at = (minutes: number): string => new Date(Date.parse(T0) + minutes * 60_000).toISOString();
const HOSTILE = `'; drop table quarantine; -- \0 \uD800 🧱`;

for (const database of testDatabases()) {
  if (database.missing !== undefined)
    process.stderr.write(`quarantine on ${database.name} is not tested: ${database.missing}\n`);

  describe.skipIf(database.missing !== undefined)(`quarantine on ${database.name}`, () => {
    let store: Store;
    let sequence: number;
    beforeAll(() => database.start());
    afterAll(() => database.remove());
    beforeEach(async () => {
      store = await openStore(await database.fresh());
      sequence = 0;
      for (const node of ['node-1', 'node-2'])
        await store.agents.enrol({ id: `agent of ${node}`, node, enrolledAt: T0 });
    });
    afterEach(() => store.close());

    /** An event that a rule asks to be answered, as an agent sends it. */
    const ask = (netns: string, over: Partial<QuarantineRequest> = {}, minutes = 0, happened = minutes) => {
      const request = { rule: 'cut', node: 'node-1', netns, workload: `in ${netns}`, atMost: 2, withinMs: 600_000 };
      const { node } = { ...request, ...over };
      const document = {
        event: 'session-blocked',
        time: at(happened),
        workloads: [{ name: netns, namespace: 'shop' }],
      };
      sequence += 1;
      const events = [{ sequence, document, quarantines: [{ ...request, ...over }] }];
      return store.events.append({ agent: `agent of ${node}`, epoch: 1, events }, at(minutes));
    };
    const cutOff = async (node = 'node-1'): Promise<readonly string[]> =>
      (await store.quarantines.ofNode(node)).map(({ netns }) => netns);
    const incidents = async () =>
      (await store.incidents.list({}, { limit: 99 })).items
        .filter(({ rule }) => rule !== undefined)
        .map(({ id, kind, rule, count, state, title }) => ({ id, kind, rule, count, state, title }))
        .toReversed();

    it('keeps with the event what a rule asks for, once for each network namespace', async () => {
      await ask('a');
      await ask('a');
      await ask('a', { rule: 'other' });
      await ask('a', { node: 'node-2' });

      expect(await store.quarantines.ofNode('node-1')).toEqual([
        {
          id: 1,
          node: 'node-1',
          netns: 'a',
          workload: 'in a',
          cause: { kind: 'rule', name: 'cut' },
          reason: 'the response rule cut: session-blocked (event 1)',
          since: T0,
          state: 'wanted',
        },
      ]);
      expect(await cutOff('node-2')).toEqual(['a']);
      expect((await incidents()).map(({ kind, title }) => [kind, title])).toEqual([
        ['quarantined', 'cut off by the response rule cut: session-blocked'],
        ['quarantined', 'cut off by the response rule cut: session-blocked'],
      ]);
    });

    it('asks once when the same comes from everywhere at the same time, and never for more than the bound', async () => {
      const names = Array.from({ length: 12 }, (_, index) => `n${index % 6}`);
      await Promise.all(names.map((netns, index) => ask(netns, { node: `node-${(index % 2) + 1}` })));

      expect([...(await cutOff('node-1')), ...(await cutOff('node-2'))]).toHaveLength(2);
    });

    it('stops a rule that would cut off too much, until its incident is closed', async () => {
      await ask('a', {}, 0);
      await ask('b', {}, 9);
      await ask('c', { rule: 'other' }, 9);
      await ask('d', {}, 9);
      await ask('e', {}, 9);
      expect(await cutOff()).toEqual(['a', 'b', 'c']);
      const [stop] = (await incidents()).filter(({ kind }) => kind === 'response-rule-stopped');
      expect(stop).toMatchObject({
        rule: 'cut',
        count: 2,
        title: expect.stringContaining('more than 2 workloads in 600 s'),
      });

      expect(await store.quarantines.standing()).toEqual(
        new Map([
          ['cut', { held: 2, stopped: { incident: stop?.id, since: at(9) } }],
          ['other', { held: 1 }],
        ]),
      );
      // Stopped is stopped, also when the time is over.
      await ask('f', {}, 60);
      const change = { by: 'ada', at: at(61) };
      await store.incidents.change(stop?.id ?? 0, { ...change, state: 'acknowledged' });
      await ask('f', {}, 61);
      expect(await cutOff()).toEqual(['a', 'b', 'c']);
      await store.incidents.change(stop?.id ?? 0, { ...change, state: 'closed' });
      expect((await store.quarantines.standing()).get('cut')).toEqual({ held: 2 });
      await ask('g', {}, 62);
      await ask('h', {}, 62);
      await ask('i', {}, 62);
      expect(await cutOff()).toEqual(['a', 'b', 'c', 'g', 'h']);
    });

    it('counts only what lies within the time of the rule', async () => {
      for (const [index, netns] of ['a', 'b', 'c', 'd'].entries()) await ask(netns, {}, index * 6);

      expect(await cutOff()).toEqual(['a', 'b', 'c', 'd']);
    });

    it('is not brought about anew by what happened before it was released', async () => {
      await ask('a', {}, 0);
      await store.quarantines.end({ node: 'node-1', netns: 'a' }, 'account:ada', at(5));
      for (const happened of [4, 5]) await ask('a', {}, 6, happened);
      expect(await cutOff()).toEqual([]);
      await ask('a', {}, 7);
      expect(await cutOff()).toEqual(['a']);
    });

    it('is shown with whatever is in the network namespace, and forgotten with it', async () => {
      const workload = (id: string, netns: string) => ({
        id,
        name: id,
        namespace: 'shop',
        labels: {},
        owners: [],
        addresses: [],
        netns,
      });
      await store.workloads.replace('agent of node-1', [workload('one', 'a'), workload('two', 'b')], T0);
      await store.workloads.replace('agent of node-2', [workload('three', 'a')], T0);
      await ask('a');
      const [kept] = await store.quarantines.ofNode('node-1');
      await store.quarantines.note(kept?.id ?? 0, 'failed', HOSTILE);

      // A container that was started anew.
      await store.workloads.replace('agent of node-1', [workload('one again', 'a'), workload('two', 'b')], at(1));
      expect((await store.workloads.get('one again'))?.quarantine).toEqual({
        cause: { kind: 'rule', name: 'cut' },
        reason: 'the response rule cut: session-blocked (event 1)',
        since: T0,
        state: 'failed',
        problem: HOSTILE.toWellFormed().replace('\0', '\uFFFD'),
      });
      const listed = await store.workloads.list({ quarantined: true }, { limit: 9 });
      expect(listed.items.map(({ id }) => id)).toEqual(['one again']);
      expect((await store.workloads.list({ quarantined: false }, { limit: 9 })).items).toHaveLength(3);
      for (const id of ['two', 'three']) expect(await store.workloads.get(id)).not.toHaveProperty('quarantine');

      await store.quarantines.prune(at(10));
      expect(await cutOff()).toEqual(['a']);
      await store.workloads.replace('agent of node-1', [], at(11));
      await store.quarantines.prune(at(12));
      expect(await cutOff()).toEqual([]);
    });

    it('of a person is kept as it is, and does not take the place of the one that holds', async () => {
      const cause = { kind: 'person', name: HOSTILE } as const;
      const own = { node: 'node-1', netns: 'a', workload: 'w', cause, reason: HOSTILE, since: T0 };
      await store.quarantines.add(own);
      await store.quarantines.add({ ...own, reason: 'again' });
      await ask('a');

      const [only, ...more] = await store.quarantines.ofNode('node-1');
      expect(only).toMatchObject({ state: 'done', cause: { kind: 'person' } });
      expect(only?.reason).toBe(HOSTILE.toWellFormed().replace('\0', '\uFFFD'));
      expect(more).toEqual([]);
    });
  });
}

// In a file one writes at a time.
const [, postgres] = testDatabases();

describe.skipIf(postgres?.missing !== undefined)('quarantine by several processes', () => {
  beforeAll(() => postgres?.start());
  afterAll(() => postgres?.remove());

  it('never cuts off more than the bound of a rule, whichever of them is asked', async () => {
    const config = (await postgres?.fresh()) ?? {};
    const stores = await Promise.all([0, 1, 2].map(() => openStore(config)));
    const asked = stores.flatMap((store, index) =>
      Array.from({ length: 8 }, async (_, count) => {
        const name = `${index}-${count}`;
        const place = { node: name, netns: name, workload: name };
        const quarantines = [{ ...place, rule: 'cut', atMost: 2, withinMs: 600_000 }];
        const events = [{ sequence: 1, document: { event: 'session-blocked', time: T0 }, quarantines }];
        await store.agents.enrol({ id: name, node: name, enrolledAt: T0 });
        await store.events.append({ agent: name, epoch: 1, events }, T0);
      }),
    );
    await Promise.all(asked);

    expect((await stores[0]?.quarantines.standing())?.get('cut')?.held).toBe(2);
    for (const store of stores) await store.close();
  });

  it('keeps the events of a rule that a person was faster than', async () => {
    const config = (await postgres?.fresh()) ?? {};
    const store = await openStore(config);
    const { dialect } = await openDialect(config);
    const person = new Kysely<Tables>({ dialect });
    const place = { node: 'node-1', netns: 'a', workload: 'w' };
    await store.agents.enrol({ id: 'one', node: 'node-1', enrolledAt: T0 });

    const transaction = await person.startTransaction().execute();
    const cause = { kind: 'person', name: 'ada' } as const;
    await new KyselyQuarantineStore(transaction).add({ ...place, cause, reason: 'mine', since: T0 });
    const quarantines = [{ ...place, rule: 'cut', atMost: 2, withinMs: 600_000 }];
    const events = [{ sequence: 1, document: { event: 'session-blocked', time: T0 }, quarantines }];
    const kept = store.events.append({ agent: 'one', epoch: 1, events }, T0);
    const waiting = sql<{ count: number }>`
      select count(*) as count from pg_locks
      where not granted and pid in (select pid from pg_stat_activity where datname = current_database())`;
    await expect.poll(async () => (await waiting.execute(person)).rows[0]?.count, { timeout: 10_000 }).toBe(1);
    await transaction.commit().execute();

    await expect(kept).resolves.toMatchObject({ stored: 1 });
    expect((await store.quarantines.ofNode('node-1')).map(({ reason }) => reason)).toEqual(['mine']);
    expect((await store.incidents.list({}, { limit: 9 })).items).toEqual([]);
    await person.destroy();
    await store.close();
  });
});
