/**
 * Rows of one statement: PostgreSQL takes 65,535 parameters and SQLite 32,766, and a row has at most twenty. Larger
 * portions are no faster.
 */
const ROWS_AT_ONCE = 500;

/** Cuts a list into portions for one statement each. */
export function* chunks<T>(items: readonly T[], size = ROWS_AT_ONCE): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
