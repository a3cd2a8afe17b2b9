import type { DialectWords } from './dialect-words.ts';

/** The tables of the control plane. Absent namespaces in keys are '': a key has no null. */
export function controlPlaneTables({ id, bigId, big, sorted, keyed }: DialectWords): readonly string[] {
  return [
    `create table agent (
      id text primary key, node ${sorted} not null, certificate_serial text, enrolled_at text not null,
      version text, last_seen text, connected integer not null default 0, revoked_at text,
      policy_applied text, policy_failed text, policy_problem text, events_lost ${big} not null default 0)${keyed}`,
    'create index agent_node on agent (node, id)',
    `create table agent_position (
      agent_id text primary key references agent on delete cascade, epoch ${big} not null, sequence ${big} not null)${keyed}`,

    `create table workload (
      agent_id text not null references agent on delete cascade, id ${sorted} not null, namespace ${sorted} not null,
      name ${sorted} not null, document text not null, first_seen text not null, last_seen text not null,
      enforced integer, problem text, primary key (agent_id, id))${keyed}`,
    'create index workload_name on workload (namespace, name, agent_id, id)',
    'create index workload_id on workload (id)',

    `create table event (
      id ${bigId}, agent_id text not null, at text not null, received_at ${sorted} not null, kind text not null,
      namespace text not null, workload text not null, document text not null)`,
    'create index event_received on event (received_at, id)',
    'create index event_kind on event (kind, received_at, id)',
    'create index event_namespace on event (namespace, received_at, id)',
    'create index event_workload on event (workload, received_at, id)',

    `create table flow (
      id ${id}, client_kind text not null, client_namespace text not null, client_name text not null,
      server_kind text not null, server_namespace text not null, server_name text not null, port integer not null,
      application text not null, verdict text not null, bytes ${big} not null, sessions ${big} not null,
      first_seen text not null, last_seen ${sorted} not null,
      unique (client_kind, client_namespace, client_name, server_kind, server_namespace, server_name, port, application, verdict))`,
    'create index flow_seen on flow (last_seen, id)',

    `create table incident (
      id ${id}, fingerprint text not null, kind text not null, title text not null, severity text not null,
      namespace text not null, workload text not null, state text not null, count ${big} not null,
      first_seen text not null, last_seen text not null, last_event ${big} not null,
      changed_by text, changed_at text, note text)`,
    "create unique index incident_open on incident (fingerprint) where state <> 'closed'",
    'create index incident_state on incident (state, id)',

    `create table policy_document (
      kind ${sorted} not null, name ${sorted} not null, version integer not null, document text not null,
      changed_by text not null, changed_at text not null, primary key (kind, name))${keyed}`,
    `create table policy_change (
      id ${id}, version integer not null, kind text not null, name text not null, changed_by text not null,
      changed_at text not null, before_document text, after_document text)`,
    'create index policy_change_document on policy_change (kind, name, id)',

    `create table account (
      id text primary key, name ${sorted} not null unique, password_hash text, disabled integer not null default 0,
      created_at text not null, last_sign_in text, issuer text, subject text, unique (issuer, subject))${keyed}`,
    `create table binding (
      account_id text not null references account on delete cascade, role text not null, namespace text not null,
      primary key (account_id, role, namespace))${keyed}`,
    `create table session (
      hash text primary key, account_id text not null references account on delete cascade,
      opened_at text not null, used_at text not null, expires_at text not null)${keyed}`,
    'create index session_account on session (account_id)',
    `create table sign_in_failure (
      key text primary key, failures integer not null, last_failure text not null, locked_until text)${keyed}`,
    `create table api_token (
      id ${sorted} primary key, hash text not null unique, name text not null, role text not null,
      namespace text not null, created_by text not null, created_at text not null, expires_at text not null,
      last_used_at text, revoked_at text)${keyed}`,
    `create table enrolment_token (
      id ${sorted} primary key, hash text not null unique, created_by text not null, created_at text not null,
      expires_at text not null, uses_left integer not null, revoked_at text)${keyed}`,

    `create table audit (
      id integer primary key, at text not null, actor text not null, address text not null, action text not null,
      target text not null, outcome text not null, detail text not null, hash text not null)`,
    'create index audit_actor on audit (actor, id)',
    'create index audit_action on audit (action, id)',
  ];
}
