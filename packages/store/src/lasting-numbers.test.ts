import type { FlowEnd, FlowReport } from '@bulkhead/control-plane';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { testDatabases } from './test-support/databases.ts';
import { inside } from './test-support/inside.ts';
import { digestOf, scanOf } from './test-support/scans.ts';

const AT = '2026-11-26T08:00:00.000Z';
/** The last of the numbers that PostgreSQL's `integer` has. */
const LAST_INTEGER = 2 ** 31 - 1;

const END: FlowEnd = { kind: 'workload', name: 'web' };
const flow = (bytes: number): { readonly document: object; readonly flows: FlowReport } => ({
  document: { event: 'flows' },
  flows: {
    at: AT,
    flows: [
      { client: END, server: END, seenBy: 'client', protocol: 'tcp', port: 5432, verdict: 'allow', bytes, sessions: 1 },
    ],
    notCounted: 0,
    malformed: 0,
  },
});

for (const database of testDatabases()) {
  describe.skipIf(database.missing !== undefined)(`numbers of a store on ${database.name}`, () => {
    beforeAll(() => database.start());
    afterAll(() => database.remove());

    it('last, though each observation of what is known takes one', async () => {
      const config = await database.fresh();
      const store = await openStore(config);
      await store.agents.enrol({ id: 'a', node: 'n', enrolledAt: AT });
      await inside(config, async (db, name) => {
        if (name === 'sqlite') return;
        for (const table of ['flow', 'incident', 'event']) await setNext(db, table, LAST_INTEGER - 2);
      });

      for (let sequence = 1; sequence < 20; sequence += 2) {
        const events = [flow(1), { document: { event: 'events-lost' } }].map((event, at) => ({
          sequence: sequence + at,
          ...event,
        }));
        await store.events.append({ agent: 'a', epoch: 1, events }, AT);
      }

      const { items: flows } = await store.flows.list({}, { limit: 9 });
      expect(flows).toMatchObject([{ bytes: 10, sessions: 10 }]);
      const { items: incidents } = await store.incidents.list({}, { limit: 9 });
      expect(incidents).toMatchObject([{ count: 10 }]);
      await store.close();
    });

    it('are not taken by images that are judged again by what is known', async () => {
      const config = await database.fresh();
      const store = await openStore(config);
      await store.scans.record(scanOf('web'));
      const before = await lastKey();

      for (let count = 0; count < 5; count += 1) {
        await store.scans.rejudge(digestOf('web'), 'update', AT, ({ findings, lookedUp }) => ({
          database: 'state-2',
          findings,
          lookedUp,
        }));
        await store.scans.record(scanOf(`another ${count}`));
      }

      expect(before).toBeGreaterThan(0);
      expect(await lastKey()).toBe(before);
      await store.close();

      async function lastKey(): Promise<number> {
        let last = 0;
        await inside(config, async (db, name) => {
          const query =
            name === 'postgres'
              ? sql<{ last: number }>`select last_value as last from package_key_id_seq`
              : sql<{ last: number }>`select seq as last from sqlite_sequence where name = 'package_key'`;
          last = (await query.execute(db)).rows[0]?.last ?? 0;
        });
        return last;
      }
    });

    it('of a flow stop at the largest that is told exactly, whatever agents say', async () => {
      const store = await openStore(await database.fresh());
      await store.agents.enrol({ id: 'a', node: 'n', enrolledAt: AT });
      const most = Number.MAX_SAFE_INTEGER;

      for (let batch = 0; batch < 4; batch += 1) {
        const events = Array.from({ length: 400 }, (_, at) => ({
          sequence: batch * 400 + at + 1,
          ...flow(most),
        }));
        expect(await store.events.append({ agent: 'a', epoch: 1, events }, AT)).toMatchObject({ stored: 400 });
      }

      expect((await store.flows.list({}, { limit: 9 })).items).toMatchObject([{ bytes: most, sessions: 1_600 }]);
      await store.close();
    });

    it('that no list has given are those of nothing', async () => {
      const store = await openStore(await database.fresh());
      const far = Number.MAX_SAFE_INTEGER;
      const after = Buffer.from(JSON.stringify([far])).toString('base64url');

      expect(await store.incidents.get(far)).toBeUndefined();
      expect(await store.incidents.change(far, { state: 'closed', by: 'x', at: AT })).toBe('absent');
      const empty = { items: [] };
      expect(await store.incidents.list({}, { limit: 1, after })).toEqual(empty);
      expect(await store.audit.list({}, { limit: 1, after })).toEqual(empty);
      expect(await store.policies.history({}, { limit: 1, after })).toEqual(empty);
      expect(await store.nodeScans.list({}, { limit: 1, after })).toEqual(empty);
      await store.close();
    });
  });
}

/** As after so many observations. */
function setNext(db: Kysely<unknown>, table: string, next: number): Promise<unknown> {
  return sql`select setval(pg_get_serial_sequence(${table}, 'id'), ${next})`.execute(db);
}
