import type { QuarantineCause, QuarantineState } from '@bulkhead/control-plane';
import type { Generated } from 'kysely';
import type { DialectWords } from './dialect-words.ts';

/** What is cut off by command. */
export interface QuarantineTables {
  readonly quarantine: QuarantineTable;
}

interface QuarantineTable {
  readonly id: Generated<number>;
  readonly node: string;
  readonly netns: string;
  readonly workload: string;
  readonly cause: QuarantineCause['kind'];
  /** Of the rule or the person. */
  readonly cause_name: string;
  readonly reason: string;
  readonly since: string;
  readonly state: QuarantineState;
  readonly problem: string | null;
  readonly ended_at: string | null;
  readonly ended_by: string | null;
}

/** Workloads say which network namespace they are in: it is what is cut off, whatever containers come and go in it. */
export function quarantineTables({ id, sorted }: DialectWords): readonly string[] {
  return [
    "alter table workload add column netns text not null default ''",
    `create table quarantine (
      id ${id}, node text not null, netns text not null, workload text not null, cause text not null,
      cause_name text not null, reason text not null, since ${sorted} not null, state text not null, problem text,
      ended_at ${sorted}, ended_by text)`,
    'create unique index quarantine_open on quarantine (node, netns) where ended_at is null',
    'create index quarantine_ended on quarantine (node, netns, ended_at)',
    'create index quarantine_cause on quarantine (cause_name, since)',
  ];
}
