import {
  type Account,
  type AccountChange,
  type AccountStore,
  type Binding,
  decodeCursor,
  type NewAccount,
  type Page,
  type PageRequest,
  type Role,
  toPage,
} from '@bulkhead/control-plane';
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import { exclusively } from '../exclusive.ts';
import type { Tables } from '../schema/tables.ts';

/** Accounts and their bindings, over either database. */
export class KyselyAccountStore implements AccountStore {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  create(account: NewAccount): Promise<'created' | 'exists'> {
    return this.#alone((transaction) => insert(transaction, account));
  }

  createFirst(account: NewAccount): Promise<'created' | 'exists'> {
    return this.#alone(async (transaction) => {
      const other = await transaction.selectFrom('account').select('id').limit(1).executeTakeFirst();
      return other === undefined ? insert(transaction, account) : 'exists';
    });
  }

  get(name: string): Promise<Account | undefined> {
    return this.#first(this.#db.selectFrom('account').selectAll().where('name', '=', name).executeTakeFirst());
  }

  byId(id: string): Promise<Account | undefined> {
    return this.#first(this.#db.selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst());
  }

  byProvider(issuer: string, subject: string): Promise<Account | undefined> {
    const query = this.#db.selectFrom('account').selectAll().where('issuer', '=', issuer);
    return this.#first(query.where('subject', '=', subject).executeTakeFirst());
  }

  async passwordHash(id: string): Promise<string | undefined> {
    const row = await this.#db.selectFrom('account').select('password_hash').where('id', '=', id).executeTakeFirst();
    return row?.password_hash ?? undefined;
  }

  async list({ limit, after }: PageRequest): Promise<Page<Account>> {
    let query = this.#db.selectFrom('account').selectAll();
    if (after !== undefined) query = query.where('name', '>', decodeCursor(after, ['string'] as const)[0]);
    const rows = await query
      .orderBy('name')
      .limit(limit + 1)
      .execute();
    const bindings = await this.#bindingsOf(rows.map(({ id }) => id));
    return toPage(
      rows,
      limit,
      ({ name }) => [name],
      (row) => toAccount(row, bindings.get(row.id) ?? []),
    );
  }

  change(
    id: string,
    { bindings, disabled, passwordHash }: AccountChange,
  ): Promise<'changed' | 'absent' | 'last-admin'> {
    return this.#alone(async (transaction) => {
      const row = await transaction.selectFrom('account').select('id').where('id', '=', id).executeTakeFirst();
      if (row === undefined) return 'absent';
      const loses = disabled === true || (bindings !== undefined && !bindings.some(administersAll));
      if (loses && (await isLastAdmin(transaction, id))) return 'last-admin';
      const set = {
        ...(disabled !== undefined && { disabled: disabled ? 1 : 0 }),
        ...(passwordHash !== undefined && { password_hash: passwordHash }),
      };
      if (Object.keys(set).length > 0) {
        await transaction.updateTable('account').set(set).where('id', '=', id).execute();
      }
      if (bindings !== undefined) {
        await transaction.deleteFrom('binding').where('account_id', '=', id).execute();
        await bind(transaction, id, bindings);
      }
      if (disabled === true || passwordHash !== undefined) {
        await transaction.deleteFrom('session').where('account_id', '=', id).execute();
      }
      return 'changed';
    });
  }

  remove(id: string): Promise<'removed' | 'absent' | 'last-admin'> {
    return this.#alone(async (transaction) => {
      if (await isLastAdmin(transaction, id)) return 'last-admin';
      const { numDeletedRows } = await transaction.deleteFrom('account').where('id', '=', id).executeTakeFirstOrThrow();
      return numDeletedRows === 0n ? 'absent' : 'removed';
    });
  }

  async noteSignIn(id: string, at: string): Promise<void> {
    await this.#db.updateTable('account').set({ last_sign_in: at }).where('id', '=', id).execute();
  }

  /** Who is the last to administer is only known to who is alone with the question. */
  #alone<T>(work: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
    return this.#db.transaction().execute(async (transaction) => {
      await exclusively(transaction, this.#dialect, 'accounts');
      return work(transaction);
    });
  }

  async #first(found: Promise<Selectable<Tables['account']> | undefined>): Promise<Account | undefined> {
    const row = await found;
    if (row === undefined) return undefined;
    return toAccount(row, (await this.#bindingsOf([row.id])).get(row.id) ?? []);
  }

  async #bindingsOf(ids: readonly string[]): Promise<ReadonlyMap<string, readonly Binding[]>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#db.selectFrom('binding').selectAll().where('account_id', 'in', ids).execute();
    const grouped = Map.groupBy(rows, (row) => row.account_id);
    return new Map([...grouped].map(([id, own]) => [id, own.map(toBinding).toSorted(byRole)]));
  }
}

async function insert(transaction: Transaction<Tables>, account: NewAccount): Promise<'created' | 'exists'> {
  const { numInsertedOrUpdatedRows = 0n } = await transaction
    .insertInto('account')
    .values({
      id: account.id,
      name: account.name,
      password_hash: account.passwordHash ?? null,
      created_at: account.createdAt,
      issuer: account.provider?.issuer ?? null,
      subject: account.provider?.subject ?? null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  if (numInsertedOrUpdatedRows === 0n) return 'exists';
  await bind(transaction, account.id, account.bindings);
  return 'created';
}

async function bind(transaction: Transaction<Tables>, id: string, bindings: readonly Binding[]): Promise<void> {
  if (bindings.length === 0) return;
  await transaction
    .insertInto('binding')
    .values(bindings.map(({ role, namespace = '' }) => ({ account_id: id, role, namespace })))
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

async function isLastAdmin(transaction: Transaction<Tables>, id: string): Promise<boolean> {
  const admins = await transaction
    .selectFrom('account')
    .innerJoin('binding', 'binding.account_id', 'account.id')
    .select('account.id')
    .where('binding.role', '=', 'admin')
    .where('binding.namespace', '=', '')
    .where('account.disabled', '=', 0)
    .limit(2)
    .execute();
  return admins.length === 1 && admins[0]?.id === id;
}

function administersAll({ role, namespace }: Binding): boolean {
  return role === 'admin' && namespace === undefined;
}

function toBinding({ role, namespace }: { readonly role: string; readonly namespace: string }): Binding {
  return { role: role as Role, ...(namespace !== '' && { namespace }) };
}

function byRole(a: Binding, b: Binding): number {
  return JSON.stringify([a.role, a.namespace ?? '']) < JSON.stringify([b.role, b.namespace ?? '']) ? -1 : 1;
}

function toAccount(row: Selectable<Tables['account']>, bindings: readonly Binding[]): Account {
  const { issuer, subject } = row;
  return {
    id: row.id,
    name: row.name,
    bindings,
    disabled: row.disabled === 1,
    createdAt: row.created_at,
    ...(row.last_sign_in !== null && { lastSignIn: row.last_sign_in }),
    ...(issuer !== null && subject !== null && { provider: { issuer, subject } }),
  };
}
