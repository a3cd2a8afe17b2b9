import { setImmediate as otherWork } from 'node:timers/promises';
import { type FoldedPaths, foldPaths } from '@bulkhead/control-plane';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import { addSeen } from '../container/add-seen.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import type { Tables } from '../schema/tables.ts';
import { fileRow } from './file-row.ts';

/** Containers at once. */
const PLACES = 16;
/** What became of a file may be three things, which are folded each by itself; all of them stay below what is too many. */
const OF_A_VERDICT = 4;
/** Rows with long paths that are gone within milliseconds. */
const IDS_AT_ONCE = 200;

type Row = Selectable<Tables['file']> & { readonly isFolder: boolean };

/**
 * Sums up by folder the files of containers that have more than `most`, at most `limit` rows of each. Gives how many rows that made
 * needless; 0 where no container has more. `limit` is to be more than `most`.
 */
export async function foldFiles(
  db: Kysely<Tables>,
  dialect: DialectName,
  most: number,
  limit: number,
): Promise<number> {
  const places = await db
    .selectFrom('file')
    .select('place')
    .groupBy('place')
    .having((row) => row.fn.countAll(), '>', most)
    .limit(PLACES)
    .execute();
  let gone = 0;
  for (const { place } of places) {
    // oxlint-disable-next-line no-await-in-loop -- each has the database for a moment of its own
    gone += await db.transaction().execute((transaction) => foldPlace(transaction, dialect, place, { most, limit }));
  }
  return gone;
}

async function foldPlace(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  place: string,
  { most, limit }: { readonly most: number; readonly limit: number },
): Promise<number> {
  const some = transaction.selectFrom('file').select('id').where('place', '=', place).orderBy('id').limit(limit);
  // In the order in which they are added to, so that two transactions never wait for each other's row.
  const query = transaction.selectFrom('file').selectAll().where('id', 'in', some).orderBy('digest');
  const rows = await (dialect === 'postgres' ? query.forUpdate() : query).execute();
  await otherWork();
  const paths = rows.map((row) => ({ ...row, isFolder: row.is_folder === 1 }));
  const folded = [...Map.groupBy(paths, ({ verdict }) => verdict).values()].flatMap((same) =>
    foldPaths(same, Math.floor(most / OF_A_VERDICT)),
  );
  const gone = folded.flatMap((one) => one.paths.map(({ id }) => id));
  for (const ids of chunks(gone, IDS_AT_ONCE)) {
    // SQLite answers at once: who waits for the process would wait for all of it.
    // oxlint-disable-next-line no-await-in-loop -- one transaction
    await otherWork();
    // oxlint-disable-next-line no-await-in-loop -- one transaction
    await transaction.deleteFrom('file').where('id', 'in', ids).execute();
  }
  await otherWork();
  await addSeen(transaction, 'file', folded.map(folderRow));
  return gone.length - folded.length;
}

/** Who told of most of them, so that nobody has another answer for what it made up. */
function mostTold(paths: readonly Row[]): string {
  const counts = [...Map.groupBy(paths, ({ told_by: agent }) => agent)];
  const [most] = counts.toSorted(([, some], [, others]) => others.length - some.length);
  return most?.[0] ?? '';
}

/** What stands for some files of one container. */
function folderRow({ folder, paths }: FoldedPaths<Row>): ReturnType<typeof fileRow> {
  const [first, ...others] = paths as readonly [Row, ...Row[]];
  let { count, first_seen: since, last_seen: last, groups, executable } = first;
  for (const one of others) {
    count = Math.min(Number.MAX_SAFE_INTEGER, count + one.count);
    if (one.first_seen < since) since = one.first_seen;
    if (one.last_seen > last) [last, groups] = [one.last_seen, one.groups];
    if (one.executable !== executable) executable = null;
  }
  const { namespace, workload, container, verdict } = first;
  const row = fileRow({
    one: {
      path: folder,
      folder: true,
      ...(executable !== null && { executable }),
      access: 'write',
      verdict,
      count,
    },
    local: {
      place: { ...(namespace !== '' && { namespace }), workload, container },
      groups: JSON.parse(groups) as readonly string[],
    },
    at: last,
    agent: mostTold(paths),
  });
  return { ...row, first_seen: since };
}
