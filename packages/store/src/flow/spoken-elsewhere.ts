import type { Transaction } from 'kysely';
import { chunks } from '../chunks.ts';
import type { DialectName } from '../dialect/open-dialect.ts';
import type { Tables } from '../schema/tables.ts';
import { type FlowRow, speaking } from './flow-row.ts';

const UNKNOWN = '';
const BOTH = 3;
/** Of the bits of an end that told to those of one that said what is spoken. */
const SPOKE = 2;
/** All that is spoken between two ends is looked through whenever one of them tells of it. No two speak so many things at one port. */
const MAX_SPOKEN = 64;

type KeptRow = FlowRow & { readonly id: number };

/**
 * An agent that does not look into the traffic of a workload cannot say what is spoken, and that of the other end may: they tell of
 * the same sessions. What one end told without a word is of what the other end says is spoken, where that one knows it of all that
 * it told. Gives what was seen so, with what was kept without a word until now, which is taken out. Beyond some applications of one
 * conversation, those of further ones are without a word.
 */
export async function withSpokenElsewhere(
  transaction: Transaction<Tables>,
  dialect: DialectName,
  seen: readonly FlowRow[],
): Promise<readonly FlowRow[]> {
  const told = Map.groupBy(seen, ({ conversation }) => conversation);
  const names = [...told.keys()].filter((name) => name !== null);
  const kept = Map.groupBy(await keptOf(transaction, dialect, names), ({ conversation }) => conversation);
  const taken: number[] = [];
  const rows = [...told].flatMap(([name, own]) => {
    const before = name === null ? [] : (kept.get(name) ?? []);
    const all = [...before, ...own];
    const silent = all
      .filter(({ application }) => application === UNKNOWN)
      .reduce((bits, row) => bits | (row.seen_by & BOTH), 0);
    // An end that does look, and says nothing of some sessions, has seen what no protocol explains.
    const looking = all.reduce((bits, row) => bits | (row.seen_by >> SPOKE), 0);
    // Nobody is silent, both are, or it is no conversation that both ends may tell of.
    const isSettled = name === null || silent === 0 || silent === BOTH || (silent & looking) !== 0;
    const spoken = isSettled ? undefined : lastOf(all, BOTH ^ silent);
    if (spoken === undefined) return name === null ? own : fewSpoken(before, own);
    const moved = before.filter(({ application }) => application === UNKNOWN);
    taken.push(...moved.map(({ id }) => id));
    const joined = [...moved.map(withoutId), ...own];
    return fewSpoken(
      before,
      joined.map((row) => (row.application === UNKNOWN ? speaking(row, spoken) : row)),
    );
  });
  for (const chunk of chunks(taken)) await transaction.deleteFrom('flow').where('id', 'in', chunk).execute();
  return rows;
}

function fewSpoken(before: readonly FlowRow[], seen: readonly FlowRow[]): readonly FlowRow[] {
  const spoken = new Set(before.map(({ application }) => application));
  return seen.map((row) => {
    if (spoken.has(row.application)) return row;
    if (spoken.size >= MAX_SPOKEN) return speaking(row, UNKNOWN);
    spoken.add(row.application);
    return row;
  });
}

/** What was spoken last at an end; nothing where nobody has said it there. */
function lastOf(rows: readonly FlowRow[], side: number): string | undefined {
  const spoken = rows.filter(({ application, seen_by: by }) => application !== UNKNOWN && (by & side) !== 0);
  const [last] = spoken.toSorted((a, b) => (a.last_seen === b.last_seen ? 0 : a.last_seen < b.last_seen ? 1 : -1));
  return last?.application;
}

function withoutId(kept: KeptRow): FlowRow {
  const { id: _id, ...row } = kept;
  return row;
}

/** By digest, so that two transactions never wait for each other's row. */
async function keptOf(transaction: Transaction<Tables>, dialect: DialectName, conversations: readonly string[]) {
  const found: KeptRow[] = [];
  for (const chunk of chunks(conversations.toSorted())) {
    const query = transaction.selectFrom('flow').selectAll().where('conversation', 'in', chunk).orderBy('digest');
    found.push(...(await (dialect === 'postgres' ? query.forUpdate() : query).execute()));
  }
  return found;
}
