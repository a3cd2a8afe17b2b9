import type { DialectName } from '../dialect/open-dialect.ts';
import { alertTables } from './alert-tables.ts';
import { controlPlaneTables } from './control-plane-tables.ts';
import type { DialectWords } from './dialect-words.ts';
import { fileTables } from './file-tables.ts';
import { flowGroupsTable, flowTables } from './flow-tables.ts';
import { nodeScanTables } from './node-scan-tables.ts';
import { programTables } from './program-tables.ts';
import { quarantineTables } from './quarantine-tables.ts';
import { replicaTables } from './replica-tables.ts';
import { toldByColumns } from './told-by-columns.ts';

/** One step forward. Steps are never changed after a release and never taken back: a wrong one is followed by another. */
export interface Migration {
  readonly version: number;
  statements(words: DialectWords): readonly string[];
}

const WORDS: Readonly<Record<DialectName, DialectWords>> = {
  sqlite: {
    id: 'integer primary key autoincrement',
    bigId: 'integer primary key autoincrement',
    big: 'integer',
    sorted: 'text',
    bytes: 'blob',
    // An integer of SQLite is as large as it has to be.
    widened: () => [],
    keyed: ' without rowid',
  },
  postgres: {
    id: 'integer generated always as identity primary key',
    bigId: 'bigint generated always as identity primary key',
    big: 'bigint',
    sorted: 'text collate "C"',
    bytes: 'bytea',
    // The sequence of an identity follows its column.
    widened: (table, column) => [`alter table ${table} alter column ${column} type bigint`],
    keyed: '',
  },
};

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    statements: ({ id, bytes, keyed }) => [
      `create table setting (name text primary key, value text not null)${keyed}`,
      `create table registry (id ${id}, name text not null unique, document text not null, crawl text)`,
      `create table repository (
        id ${id}, registry_id integer not null references registry on delete cascade, name text not null,
        unique (registry_id, name))`,
      `create table tag (
        repository_id integer not null references repository on delete cascade, name text not null, digest text not null,
        primary key (repository_id, name))${keyed}`,
      'create index tag_digest on tag (digest)',
      `create table image (
        id ${id}, digest text not null unique, os text not null, architecture text not null, variant text, failure text)`,
      `create table manifest (digest text primary key)${keyed}`,
      `create table manifest_image (
        digest text not null references manifest on delete cascade, image_id integer not null references image on delete cascade,
        primary key (digest, image_id))${keyed}`,
      'create index manifest_image_image on manifest_image (image_id)',
      `create table scan (
        image_id integer primary key references image on delete cascade, scanned_at text not null, database text not null,
        status text not null, inventory ${bytes} not null, findings ${bytes} not null)`,
      `create table package_key (id ${id}, ecosystem text not null, name text not null, unique (ecosystem, name))`,
      `create table image_package (
        key_id integer not null references package_key, image_id integer not null references image on delete cascade,
        primary key (key_id, image_id))${keyed}`,
      'create index image_package_image on image_package (image_id)',
      `create table finding (
        image_id integer not null references image on delete cascade, position integer not null, kind text not null,
        name text not null, severity text not null, counts integer not null, primary key (image_id, position))${keyed}`,
      'create index finding_name on finding (name)',
      `create table scan_event (
        id ${id}, at text not null, kind text not null, cause text not null,
        image_id integer not null references image on delete cascade, difference ${bytes} not null)`,
      'create index scan_event_cause on scan_event (cause, id)',
      'create index scan_event_image on scan_event (image_id)',
    ],
  },
  {
    version: 2,
    // Images of before are looked through for secrets by the next crawl.
    statements: () => [`alter table scan add column scanners text not null default 'vuln'`],
  },
  { version: 3, statements: controlPlaneTables },
  {
    version: 4,
    // Images of before are told of as they are.
    statements: ({ bytes, big, sorted, keyed }) => [
      `alter table scan add column verdict ${bytes}`,
      `create table image_change (digest ${sorted} primary key, revision ${big} not null)${keyed}`,
      'create index image_change_revision on image_change (revision, digest)',
      "insert into setting (name, value) values ('image-revision', '1')",
      'insert into image_change (digest, revision) select digest, 1 from image',
    ],
  },
  { version: 5, statements: alertTables },
  { version: 6, statements: () => ["alter table incident add column rule text not null default ''"] },
  { version: 7, statements: quarantineTables },
  {
    version: 8,
    statements: ({ keyed }) => [
      `create table signature_check (
        digest text primary key references manifest on delete cascade, keys text not null, verified text not null)${keyed}`,
    ],
  },
  // Images of before are looked into by the next crawl.
  { version: 9, statements: () => ['alter table scan add column layers text'] },
  { version: 10, statements: replicaTables },
  {
    version: 11,
    statements: ({ id }) => [
      `create table wanted_image (
        id ${id}, registry text not null, repository text not null, reference text not null,
        unique (registry, repository, reference))`,
    ],
  },
  // Whether a rule stopped is asked with events, and incidents are kept when they are closed.
  { version: 12, statements: () => ['create index incident_fingerprint on incident (fingerprint)'] },
  {
    version: 13,
    // The same image lies with other signatures elsewhere: what one registry has does not undo what another has.
    statements: ({ keyed }) => [
      `create table registry_signature (
        digest text not null references manifest on delete cascade,
        registry_id integer not null references registry on delete cascade,
        keys text not null, verified text not null, roots text not null, signers text not null,
        primary key (digest, registry_id))${keyed}`,
      'create index registry_signature_registry on registry_signature (registry_id)',
      `insert into registry_signature (digest, registry_id, keys, verified, roots, signers)
        select distinct c.digest, r.registry_id, c.keys, c.verified, '', '[]' from signature_check c
        join tag t on t.digest = c.digest join repository r on r.id = t.repository_id`,
      'drop table signature_check',
    ],
  },
  {
    version: 14,
    // PostgreSQL takes a number for each row that it does not insert after all: each time a flow or an incident is seen again.
    // The lists of the others go on from whatever number they are asked with.
    statements: ({ widened }) =>
      ['flow', 'incident', 'audit', 'policy_change'].flatMap((table) => widened(table, 'id')),
  },
  { version: 15, statements: nodeScanTables },
  { version: 16, statements: flowTables },
  { version: 17, statements: flowGroupsTable },
  { version: 18, statements: programTables },
  { version: 19, statements: fileTables },
  { version: 20, statements: toldByColumns },
];

/** The version of tables that this program knows. */
export const SCHEMA_VERSION = Math.max(...MIGRATIONS.map(({ version }) => version));

/** The statements of a migration in the words of one database. */
export function statementsOf(migration: Migration, dialect: DialectName): readonly string[] {
  return migration.statements(WORDS[dialect]);
}
