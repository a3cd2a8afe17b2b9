import {
  decodeCursor,
  type Page,
  type PageRequest,
  type PolicyChange,
  type PolicyDocument,
  type PolicyDocumentStore,
  type PolicySet,
  toPage,
  type WantedPolicyDocument,
} from '@bulkhead/control-plane';
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import { exclusively } from '../exclusive.ts';
import type { Tables } from '../schema/tables.ts';

/** Policy documents and their history, over either database. */
export class KyselyPolicyDocumentStore implements PolicyDocumentStore {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  version(): Promise<number> {
    return versionOf(this.#db);
  }

  all(): Promise<PolicySet> {
    // In one transaction, and alone: what is read has that version, and no other.
    return this.#db.transaction().execute(async (transaction) => {
      await exclusively(transaction, this.#dialect, 'policy');
      const version = await versionOf(transaction);
      const rows = await transaction
        .selectFrom('policy_document')
        .selectAll()
        .orderBy('kind')
        .orderBy('name')
        .execute();
      return { version, documents: rows.map(toDocument) };
    });
  }

  async get(kind: string, name: string): Promise<PolicyDocument | undefined> {
    const row = await select(this.#db, kind, name).executeTakeFirst();
    return row === undefined ? undefined : toDocument(row);
  }

  async list(
    { kind }: { readonly kind?: string | undefined },
    { limit, after }: PageRequest,
  ): Promise<Page<PolicyDocument>> {
    let query = this.#db.selectFrom('policy_document').selectAll();
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (after !== undefined) {
      const [afterKind, afterName] = decodeCursor(after, ['string', 'string'] as const);
      query = query.where(sql<boolean>`(kind, name) > (${afterKind}, ${afterName})`);
    }
    const rows = await query
      .orderBy('kind')
      .orderBy('name')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, (row) => [row.kind, row.name], toDocument);
  }

  change(
    wanted: readonly WantedPolicyDocument[],
    { by, at, basedOn }: Parameters<PolicyDocumentStore['change']>[1],
  ): ReturnType<PolicyDocumentStore['change']> {
    return this.#db.transaction().execute(async (transaction) => {
      await exclusively(transaction, this.#dialect, 'policy');
      const before = await versionOf(transaction);
      if (before !== basedOn) return { outcome: 'conflict', version: before };
      let version = before;
      for (const one of wanted) {
        if (await apply(transaction, one, { version: version + 1, by, at })) version += 1;
      }
      if (version === before) return { outcome: 'unchanged', version };
      const value = String(version);
      await transaction
        .insertInto('setting')
        .values({ name: 'policy-version', value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
      return { outcome: 'changed', version };
    });
  }

  async history(
    { kind, name }: { readonly kind?: string | undefined; readonly name?: string | undefined },
    { limit, after }: PageRequest,
  ): Promise<Page<PolicyChange>> {
    let query = this.#db.selectFrom('policy_change').selectAll();
    if (kind !== undefined) query = query.where('kind', '=', kind);
    if (name !== undefined) query = query.where('name', '=', name);
    if (after !== undefined) query = query.where('id', '<', decodeCursor(after, ['number'] as const)[0]);
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, ({ id }) => [id], toChange);
  }
}

async function versionOf(db: Kysely<Tables>): Promise<number> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'policy-version').executeTakeFirst();
  return Number(row?.value ?? 0);
}

function select(db: Kysely<Tables>, kind: string, name: string) {
  return db.selectFrom('policy_document').selectAll().where('kind', '=', kind).where('name', '=', name);
}

/** Brings one document to what is wanted, and keeps the change. False when it is so already. */
async function apply(
  transaction: Transaction<Tables>,
  { kind, name, document }: WantedPolicyDocument,
  { version, by, at }: { readonly version: number; readonly by: string; readonly at: string },
): Promise<boolean> {
  const before = (await select(transaction, kind, name).executeTakeFirst())?.document ?? null;
  const after = document === undefined ? null : JSON.stringify(document);
  if (before === after) return false;
  if (after === null) {
    await transaction.deleteFrom('policy_document').where('kind', '=', kind).where('name', '=', name).execute();
  } else {
    const row = { version, document: after, changed_by: by, changed_at: at };
    await transaction
      .insertInto('policy_document')
      .values({ kind, name, ...row })
      .onConflict((conflict) => conflict.columns(['kind', 'name']).doUpdateSet(row))
      .execute();
  }
  await transaction
    .insertInto('policy_change')
    .values({ version, kind, name, changed_by: by, changed_at: at, before_document: before, after_document: after })
    .execute();
  return true;
}

function toDocument(row: Selectable<Tables['policy_document']>): PolicyDocument {
  return {
    kind: row.kind,
    name: row.name,
    version: row.version,
    document: fields(row.document),
    changedBy: row.changed_by,
    changedAt: row.changed_at,
  };
}

function toChange(row: Selectable<Tables['policy_change']>): PolicyChange {
  return {
    version: row.version,
    kind: row.kind,
    name: row.name,
    by: row.changed_by,
    at: row.changed_at,
    ...(row.before_document !== null && { before: fields(row.before_document) }),
    ...(row.after_document !== null && { after: fields(row.after_document) }),
  };
}

function fields(document: string): Readonly<Record<string, unknown>> {
  return JSON.parse(document) as Record<string, unknown>;
}
