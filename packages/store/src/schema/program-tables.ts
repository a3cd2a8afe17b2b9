import type { Generated } from 'kysely';
import type { SeenColumns } from './container-columns.ts';
import type { DialectWords } from './dialect-words.ts';

/** What containers run. */
export interface ProgramTables {
  readonly program: ProgramTable;
}

interface ProgramTable extends SeenColumns {
  readonly id: Generated<number>;
  readonly executable: string;
  readonly user_id: number | null;
  readonly from_image: number | null;
}

export function programTables({ bigId, big, sorted }: DialectWords): readonly string[] {
  return [
    `create table program (
      id ${bigId}, digest text not null unique, namespace text not null, workload text not null, container text not null,
      executable text not null, user_id ${big}, from_image integer, verdict text not null, count ${big} not null,
      groups text not null, first_seen text not null, last_seen ${sorted} not null)`,
    'create index program_seen on program (last_seen, id)',
  ];
}
