import {
  AUDIT_START,
  type AuditCheck,
  type AuditEntry,
  type AuditFilter,
  type AuditLog,
  type AuditRecord,
  auditHash,
  decodeCursor,
  type Page,
  type PageRequest,
  toPage,
} from '@bulkhead/control-plane';
import type { Kysely, Selectable } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import { exclusively } from '../exclusive.ts';
import { keptText } from '../kept-text.ts';
import type { Tables } from '../schema/tables.ts';

/** Entries of one look: the check of a long log must not hold all of it. */
const CHECKED_AT_ONCE = 1_000;

/** The audit log, over either database. Where it ends is kept apart from it, so that a shorter log shows. */
export class KyselyAuditLog implements AuditLog {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  append(record: AuditRecord): Promise<AuditEntry> {
    return this.#db.transaction().execute(async (transaction) => {
      await exclusively(transaction, this.#dialect, 'audit');
      const { id: last, hash: previous } = await headOf(transaction);
      const id = last + 1;
      const kept = keepable(record);
      const hash = auditHash(previous, id, kept);
      const { detail, ...columns } = kept;
      await transaction
        .insertInto('audit')
        .values({ id, ...columns, detail: JSON.stringify(detail), hash })
        .execute();
      const value = `${id}:${hash}`;
      await transaction
        .insertInto('setting')
        .values({ name: 'audit-head', value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
      return { id, ...kept, hash };
    });
  }

  async list({ actor, action }: AuditFilter, { limit, after }: PageRequest): Promise<Page<AuditEntry>> {
    let query = this.#db.selectFrom('audit').selectAll();
    if (actor !== undefined) query = query.where('actor', '=', actor);
    if (action !== undefined) query = query.where('action', '=', action);
    if (after !== undefined) query = query.where('id', '<', decodeCursor(after, ['number'] as const)[0]);
    const rows = await query
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    return toPage(rows, limit, ({ id }) => [id], toEntry);
  }

  async check(): Promise<AuditCheck> {
    const head = await headOf(this.#db);
    let last = { id: 0, hash: AUDIT_START };
    while (last.id < head.id) {
      const rows = await this.#db
        .selectFrom('audit')
        .selectAll()
        .where('id', '>', last.id)
        .where('id', '<=', head.id)
        .orderBy('id')
        .limit(CHECKED_AT_ONCE)
        .execute();
      for (const row of rows) {
        const { id, hash, ...record } = toEntry(row);
        const isNext = id === last.id + 1;
        if (!isNext || auditHash(last.hash, id, record) !== hash) {
          return { entries: last.id, head: last.hash, brokenAt: last.id + 1 };
        }
        last = { id, hash };
      }
      if (rows.length === 0) return { entries: last.id, head: last.hash, brokenAt: last.id + 1 };
    }
    if (last.hash !== head.hash) return { entries: last.id, head: last.hash, brokenAt: last.id };
    return { entries: last.id, head: last.hash };
  }
}

async function headOf(db: Kysely<Tables>): Promise<{ readonly id: number; readonly hash: string }> {
  const row = await db.selectFrom('setting').select('value').where('name', '=', 'audit-head').executeTakeFirst();
  const [id = '0', hash = AUDIT_START] = row?.value.split(':') ?? [];
  return { id: Number(id), hash };
}

/** Names that were tried at the door may be anything; an entry must be kept all the same, and as it was hashed. */
function keepable(record: AuditRecord): AuditRecord {
  return {
    at: record.at,
    actor: keptText(record.actor),
    address: keptText(record.address),
    action: record.action,
    target: keptText(record.target),
    outcome: record.outcome,
    detail: JSON.parse(JSON.stringify(record.detail)) as AuditRecord['detail'],
  };
}

function toEntry(row: Selectable<Tables['audit']>): AuditEntry {
  return {
    id: row.id,
    at: row.at,
    actor: row.actor,
    address: row.address,
    action: row.action,
    target: row.target,
    outcome: row.outcome as AuditEntry['outcome'],
    detail: JSON.parse(row.detail) as AuditEntry['detail'],
    hash: row.hash,
  };
}
