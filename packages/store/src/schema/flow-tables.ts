import type { FlowEnd, FlowProtocol } from '@bulkhead/control-plane';
import type { RuleVerdict } from '@bulkhead/core';
import type { Generated } from 'kysely';
import type { DialectWords } from './dialect-words.ts';

/** Who talks to whom. */
export interface FlowTables {
  readonly flow: FlowTable;
  readonly flow_groups: FlowGroupsTable;
}

interface FlowTable {
  readonly id: Generated<number>;
  /** Of all that tells it from others: texts as long as names may be are too long for an index of PostgreSQL. */
  readonly digest: string;
  /** Of all but what is spoken; null where not both ends are workloads, of which agents tell. */
  readonly conversation: string | null;
  readonly client_kind: FlowEnd['kind'];
  /** Absent texts are ''. */
  readonly client_namespace: string;
  readonly client_name: string;
  readonly server_kind: FlowEnd['kind'];
  readonly server_namespace: string;
  readonly server_name: string;
  readonly server_domain: string;
  readonly protocol: FlowProtocol;
  readonly port: number | null;
  readonly application: string;
  readonly verdict: RuleVerdict;
  /** 1: at the client, 2: at the server, 3: at both; 4 and 8: the client's and the server's agent said itself what is spoken. */
  readonly seen_by: number;
  /** What was seen at each end is summed up by itself. */
  readonly client_sessions: number;
  readonly client_bytes: number;
  readonly server_sessions: number;
  readonly server_bytes: number;
  readonly first_seen: string;
  readonly last_seen: string;
  /** The id of the agent that told of it first; '' where none was kept. */
  readonly told_by: string;
}

/** In which groups the ends of flows were. */
interface FlowGroupsTable {
  /** Of namespace, name and groups. */
  readonly digest: string;
  readonly namespace: string;
  readonly name: string;
  /** JSON of names. */
  readonly groups: string;
  readonly last_seen: string;
  /** The id of the agent that told of it first; '' where none was kept. */
  readonly told_by: string;
}

/** In place of a table in which nobody has put anything: no agent told of flows. */
export function flowTables({ bigId, big, sorted }: DialectWords): readonly string[] {
  return [
    'drop table flow',
    `create table flow (
      id ${bigId}, digest text not null unique, conversation text,
      client_kind text not null, client_namespace text not null, client_name text not null,
      server_kind text not null, server_namespace text not null, server_name text not null, server_domain text not null,
      protocol text not null, port integer, application text not null, verdict text not null, seen_by integer not null,
      client_sessions ${big} not null, client_bytes ${big} not null, server_sessions ${big} not null,
      server_bytes ${big} not null, first_seen text not null, last_seen ${sorted} not null)`,
    'create index flow_seen on flow (last_seen, id)',
    'create index flow_conversation on flow (conversation)',
  ];
}

/** Workloads are forgotten when they are gone, and their flows are not: those of a job that runs at night are learnt by day. */
export function flowGroupsTable({ sorted, keyed }: DialectWords): readonly string[] {
  return [
    `create table flow_groups (
      digest text primary key, namespace text not null, name text not null, groups text not null,
      last_seen ${sorted} not null)${keyed}`,
    'create index flow_groups_seen on flow_groups (last_seen)',
  ];
}
