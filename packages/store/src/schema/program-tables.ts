import type { RuleVerdict } from '@bulkhead/core';
import type { Generated } from 'kysely';
import type { DialectWords } from './dialect-words.ts';

/** What containers run. */
export interface ProgramTables {
  readonly program: ProgramTable;
}

interface ProgramTable {
  readonly id: Generated<number>;
  /** Of all that tells it from others: a path may be too long for an index of PostgreSQL. */
  readonly digest: string;
  /** Absent is ''. */
  readonly namespace: string;
  readonly workload: string;
  readonly container: string;
  readonly executable: string;
  readonly user_id: number | null;
  readonly from_image: number | null;
  readonly verdict: RuleVerdict;
  readonly count: number;
  /** JSON of names, as they were told last. */
  readonly groups: string;
  readonly first_seen: string;
  readonly last_seen: string;
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
