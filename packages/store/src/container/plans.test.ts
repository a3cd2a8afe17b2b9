import type { ContainerFilter } from '@bulkhead/control-plane';
import { CompiledQuery, Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDialect } from '../dialect/open-dialect.ts';
import { fileRow } from '../file/file-row.ts';
import { KyselyFileStore } from '../file/file-store.ts';
import { programRow } from '../program/program-row.ts';
import { programStore } from '../program/program-store.ts';
import { migrate } from '../schema/migrate.ts';
import type { Tables } from '../schema/tables.ts';

const CURSOR = Buffer.from(JSON.stringify(['2026-11-27T09:00:00.000Z', 7])).toString('base64url');
const SINCE = '2026-11-27T08:00:00.000Z';

describe('how SQLite finds what containers do', () => {
  let db: Kysely<Tables>;
  let asked: CompiledQuery[];
  beforeEach(async () => {
    const { dialect } = await openDialect({});
    asked = [];
    db = new Kysely<Tables>({
      dialect,
      log: ({ query }) => void asked.push(CompiledQuery.raw(query.sql, [...query.parameters])),
    });
    await migrate(db, 'sqlite');
  });
  afterEach(() => db.destroy());

  /** The plans of what is asked meanwhile. */
  const plansOf = async (ask: () => Promise<unknown>): Promise<readonly string[]> => {
    asked.length = 0;
    await ask();
    const plans: string[] = [];
    for (const { sql: text, parameters } of asked.filter((one) => /^\s*(select|delete)/.test(one.sql))) {
      // oxlint-disable-next-line no-await-in-loop -- few
      const { rows } = await db.executeQuery<{ readonly detail: string }>(
        CompiledQuery.raw(`explain query plan ${text}`, [...parameters]),
      );
      plans.push(rows.map(({ detail }) => detail).join('; '));
    }
    expect(plans).not.toEqual([]);
    return plans;
  };
  const filters: readonly ContainerFilter[] = [
    {},
    { namespaces: ['shop'] },
    { namespaces: ['bank', 'shop'], workload: 'web', verdict: 'block' },
    { since: SINCE },
  ];
  const stores = () => ({ program: programStore(db), file: new KyselyFileStore(db, 'sqlite') });

  /** One that an agent told of in a container. */
  const add = (name: 'program' | 'file', agent: string, path: string) => {
    const place = { workload: 'web', container: 'main' };
    const told = { local: { place, groups: [] }, at: SINCE, agent };
    const [verdict, count] = ['allow', 1] as const;
    return name === 'file'
      ? db
          .insertInto('file')
          .values(fileRow({ ...told, one: { path, access: 'write', verdict, count } }))
          .execute()
      : db
          .insertInto('program')
          .values(programRow({ ...told, one: { executable: path, verdict, count } }))
          .execute();
  };

  it.each(['program', 'file'] as const)('has pages of a %s in their order without sorting', async (name) => {
    for (const filter of filters) {
      for (const after of [undefined, CURSOR]) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, to know which asked
        const plans = await plansOf(() => stores()[name].list(filter, { limit: 50, after }));
        expect(plans).toEqual([expect.stringMatching(new RegExp(`^(SCAN|SEARCH) ${name} USING INDEX ${name}_seen`))]);
      }
    }
  });

  it.each(['program', 'file'] as const)(
    'reads on in a %s by its number, and forgets the oldest by an index',
    async (name) => {
      const read = await plansOf(() => stores()[name].inOrder(7, SINCE, 9));
      expect(read).toEqual([expect.stringContaining(`SEARCH ${name} USING INTEGER PRIMARY KEY`)]);
      await add(name, 'agent-1', '/a');
      for (const path of ['/b', '/c', '/d']) await add(name, 'agent-2', path);
      const forgotten = await plansOf(() => stores()[name].prune({ seenBefore: SINCE, most: 2 }, 9));
      expect(forgotten).toEqual([
        expect.stringContaining(`INDEX ${name}_seen`),
        expect.stringMatching(`^SCAN ${name} USING COVERING INDEX`),
        `SCAN ${name} USING COVERING INDEX ${name}_told`,
        expect.stringContaining(`SEARCH ${name} USING COVERING INDEX ${name}_told (told_by=?)`),
      ]);
      for (const plan of [...read, ...forgotten]) expect(plan).not.toContain('TEMP B-TREE');
    },
  );

  it('knows which container has too many files by an index alone', async () => {
    const [plan] = await plansOf(() => new KyselyFileStore(db, 'sqlite').fold(9, 99));
    expect(plan).toBe('SCAN file USING COVERING INDEX file_place');
  });
});
