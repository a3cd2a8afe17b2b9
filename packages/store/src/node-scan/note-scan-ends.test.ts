import { Kysely } from 'kysely';
import { afterAll, describe, expect, it } from 'vitest';
import { openDialect } from '../dialect/open-dialect.ts';
import { openStore } from '../open-store.ts';
import type { Tables } from '../schema/tables.ts';
import { testDatabases } from '../test-support/databases.ts';
import { noteScanEnds } from './note-scan-ends.ts';

const AT = '2026-11-27T08:00:00.000Z';

for (const database of testDatabases()) {
  describe.skipIf(database.missing !== undefined)(`ends of scans on ${database.name}`, () => {
    afterAll(() => database.remove());

    it('are looked for once, however many an agent tells of, and however often', async () => {
      await database.start();
      const config = await database.fresh();
      const store = await openStore(config);
      for (const scan of ['a', 'b']) await store.nodeScans.begin({ scan, agent: 'agent-1', node: 'n' }, AT);
      let statements = 0;
      const db = new Kysely<Tables>({
        dialect: (await openDialect(config)).dialect,
        log: () => {
          statements += 1;
        },
      });
      const failed = (scan: unknown, agent = 'agent-1') => ({
        agent,
        kind: 'scan-failed',
        receivedAt: AT,
        document: { scan, problem: 'x' },
      });
      const flood = Array.from({ length: 400 }, (_, index) => [
        failed(`z${index}`),
        failed('a'),
        failed({ toString: 1 }),
      ]);

      await db
        .transaction()
        .execute((transaction) => noteScanEnds(transaction, [failed('b', 'agent-2'), ...flood.flat(), failed('b')]));

      expect(statements).toBeLessThan(10);
      for (const scan of ['a', 'b']) expect((await store.nodeScans.get(scan))?.failure?.code).toBe('AGENT_FAILED');
      await db.destroy();
      await store.close();
    });
  });
}
