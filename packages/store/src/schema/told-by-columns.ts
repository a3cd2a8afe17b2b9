const KEYS = { flow: 'id', program: 'id', file: 'id', flow_groups: 'digest' };

/** Whose rows are forgotten first where there are too many. Those of before are of whoever tells of them next. */
export function toldByColumns(): readonly string[] {
  return Object.entries(KEYS).flatMap(([table, key]) => [
    `alter table ${table} add column told_by text not null default ''`,
    `create index ${table}_told on ${table} (told_by, last_seen, ${key})`,
  ]);
}
