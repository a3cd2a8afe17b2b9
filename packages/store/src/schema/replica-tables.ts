import type { DialectWords } from './dialect-words.ts';

/** What several processes of the control plane know of each other. */
export interface ReplicaTables {
  readonly replica: ReplicaTable;
  readonly agent_request: AgentRequestTable;
  readonly used_state: UsedStateTable;
}

interface ReplicaTable {
  readonly id: string;
  readonly beat: number;
}

interface AgentRequestTable {
  readonly id: string;
  readonly replica: string;
  readonly agent_id: string;
  readonly document: string;
  readonly asked_at: string;
  readonly taken: number;
  readonly answer: string | null;
}

/** Of sign-ins at a provider that were finished. */
interface UsedStateTable {
  readonly state: string;
  readonly expires_at: string;
}

export function replicaTables({ big, sorted, keyed }: DialectWords): readonly string[] {
  return [
    'alter table agent add column replica text',
    // Nobody knows to which process.
    'update agent set connected = 0',
    `alter table agent add column workloads_version ${big} not null default 0`,
    `create table replica (id ${sorted} primary key, beat ${big} not null)${keyed}`,
    `create table agent_request (
      id text primary key, replica text not null, agent_id text not null, document text not null,
      asked_at ${sorted} not null, taken integer not null default 0, answer text)${keyed}`,
    'create index agent_request_waiting on agent_request (replica, asked_at, id) where taken = 0',
    `create table used_state (state text primary key, expires_at text not null)${keyed}`,
  ];
}
