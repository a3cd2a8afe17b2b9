import { createHash } from 'node:crypto';
import type { SeenFlow } from './add-flows.ts';
import { nameOf, namespaceOf } from './end-columns.ts';

/** What is counted stays here: more is not told exactly, and in the end nothing could be added at all. */
export const MOST = Number.MAX_SAFE_INTEGER;

/** What was seen of a flow, as a row is kept of it. */
export type FlowRow = ReturnType<typeof flowRow>;

export const COUNTERS = ['client_sessions', 'client_bytes', 'server_sessions', 'server_bytes'] as const;
export type Counter = (typeof COUNTERS)[number];

export function flowRow({ flow, at, agent }: SeenFlow) {
  const { client, server, seenBy, protocol, port = null, application = '', verdict, sessions, bytes } = flow;
  const key = {
    client_kind: client.kind,
    client_namespace: namespaceOf(client),
    client_name: nameOf(client.name),
    server_kind: server.kind,
    server_namespace: namespaceOf(server),
    server_name: nameOf(server.name),
    server_domain: server.kind === 'address' ? nameOf(server.domain ?? '') : '',
    protocol,
    port,
    verdict,
  };
  const isBetweenWorkloads = client.kind === 'workload' && server.kind === 'workload';
  const isClient = seenBy === 'client';
  return speaking(
    {
      ...key,
      conversation: isBetweenWorkloads ? digestOf(Object.values(key)) : null,
      seen_by: (isClient ? 1 : 2) | (application === '' ? 0 : isClient ? 4 : 8),
      client_sessions: isClient ? sessions : 0,
      client_bytes: isClient ? bytes : 0,
      server_sessions: isClient ? 0 : sessions,
      server_bytes: isClient ? 0 : bytes,
      first_seen: at,
      last_seen: at,
      told_by: agent,
    },
    nameOf(application),
  );
}

/** A row of the same conversation in which something is spoken; '' where nobody knows what. */
export function speaking<Row extends { readonly [Column in KeyColumn]: string | number | null }>(
  row: Row,
  application: string,
) {
  return { ...row, application, digest: digestOf([...KEY.map((column) => row[column]), application]) };
}

const KEY = [
  'client_kind',
  'client_namespace',
  'client_name',
  'server_kind',
  'server_namespace',
  'server_name',
  'server_domain',
  'protocol',
  'port',
  'verdict',
] as const;
type KeyColumn = (typeof KEY)[number];

/** Both, of one flow. */
export function joinedRow(known: FlowRow, seen: FlowRow): FlowRow {
  const sum = (counter: Counter): number => Math.min(MOST, known[counter] + seen[counter]);
  return {
    ...known,
    seen_by: known.seen_by | seen.seen_by,
    client_sessions: sum('client_sessions'),
    client_bytes: sum('client_bytes'),
    server_sessions: sum('server_sessions'),
    server_bytes: sum('server_bytes'),
    first_seen: known.first_seen < seen.first_seen ? known.first_seen : seen.first_seen,
    last_seen: known.last_seen > seen.last_seen ? known.last_seen : seen.last_seen,
  };
}

function digestOf(parts: readonly (string | number | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64');
}
