import { sql } from 'kysely';

/** Whether a column has one of some values. Where there are none it has not: PostgreSQL takes no empty list. */
export function among(column: string, values: readonly string[]) {
  return values.length === 0 ? sql<boolean>`1 = 0` : sql<boolean>`${sql.ref(column)} in (${sql.join(values)})`;
}
