import type { Page, PageRequest } from '@bulkhead/control-plane';
import type { Finding, PackageKey } from '@bulkhead/scanner';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DialectName } from '../dialect/open-dialect.ts';
import { keptText } from '../kept-text.ts';
import { findingsPage } from '../scan/findings.ts';
import { inTurns } from '../scan/in-turns.ts';
import { nodeScansUnder } from '../scan/package-index.ts';
import { packText, unpackText } from '../scan/packed.ts';
import type { Tables } from '../schema/tables.ts';
import { forgetBeyond, forgetGone, forgetOthers, forgetSurpassed } from './forget-scans.ts';
import { listScans } from './list-scans.ts';
import type {
  BegunNodeScan,
  JudgedNodeScan,
  NodeScanFailure,
  NodeScanFailureCode,
  NodeScanFilter,
  NodeScanOverview,
  NodeScanStore,
} from './node-scan.ts';
import { overviewsOf, selectOverviews } from './overviews.ts';
import { writeJudgement } from './write-judgement.ts';

/** A worker that is ended gives back what it began; one that it brings down is the scan's fault. */
const MAX_TRIES = 5;

/** Of each agent: one whose SBOM never comes whole is not to hide the others of its node. */
const OF_AN_AGENT = 8;

/** Scans of running containers and nodes, over either database. */
export class KyselyNodeScanStore implements NodeScanStore {
  readonly #db: Kysely<Tables>;
  readonly #dialect: DialectName;

  constructor(db: Kysely<Tables>, dialect: DialectName) {
    this.#db = db;
    this.#dialect = dialect;
  }

  async begin({ scan, agent, node, workload }: BegunNodeScan, at: string): Promise<void> {
    await this.#db
      .insertInto('node_scan')
      .values({
        scan,
        agent_id: agent,
        node: keptText(node),
        workload: keptText(workload?.id ?? ''),
        namespace: keptText(workload?.namespace ?? ''),
        pod: keptText(workload?.pod ?? ''),
        name: keptText(workload?.name ?? ''),
        state: 'reading',
        asked_at: at,
        changed_at: at,
      })
      .execute();
  }

  async forget(scan: string): Promise<void> {
    await this.#db.deleteFrom('node_scan').where('scan', '=', scan).execute();
  }

  async fetching(limit: number): ReturnType<NodeScanStore['fetching']> {
    const waiting = this.#db
      .selectFrom('node_scan')
      .select(({ fn }) => [
        'id',
        'scan',
        'agent_id as agent',
        'file',
        fn
          .agg<number>('row_number')
          .over((rows) => rows.partitionBy('agent_id').orderBy('id'))
          .as('place'),
      ])
      .where('state', '=', 'fetching');
    const rows = await this.#db
      .selectFrom(waiting.as('waiting'))
      .select(['scan', 'agent', 'file'])
      .where('place', '<=', OF_AN_AGENT)
      .orderBy('place')
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.flatMap(({ file, ...row }) => (file === null ? [] : [{ ...row, file }]));
  }

  async keepSbom(scan: string, sbom: Uint8Array, at: string): Promise<void> {
    const packed = await packText(sbom);
    await this.#db.transaction().execute(async (transaction) => {
      const row = await transaction
        .updateTable('node_scan')
        .set({ sbom: packed, state: 'queued', changed_at: at })
        .where('scan', '=', scan)
        .where('state', '=', 'fetching')
        .returning(['id', 'node', 'workload'])
        .executeTakeFirst();
      if (row !== undefined) await supersede(transaction, row, at);
    });
  }

  fail(scan: string, failure: NodeScanFailure, at: string): Promise<void> {
    return this.#db.transaction().execute(async (transaction) => {
      const row = await transaction
        .updateTable('node_scan')
        .set(failed(failure, at))
        .where('scan', '=', scan)
        .where('state', 'not in', ['done', 'failed'])
        .returning(['id', 'node', 'workload'])
        .executeTakeFirst();
      if (row !== undefined) await forgetOthers(transaction, row, ['failed']);
    });
  }

  async expire(since: string, at: string): Promise<void> {
    const code: NodeScanFailureCode = 'AGENT_SILENT';
    await this.#db
      .updateTable('node_scan')
      .set(failed({ code, message: 'its agent has not told what it found, or does not answer' }, at))
      .where('state', 'in', ['reading', 'fetching'])
      .where('changed_at', '<', since)
      .execute();
  }

  async unmatched(limit: number): Promise<readonly string[]> {
    const rows = await this.#db
      .selectFrom('node_scan')
      .select('scan')
      .where('state', 'in', ['queued', 'matching'])
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(({ scan }) => scan);
  }

  async match(scan: string, at: string): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .updateTable('node_scan')
      .set({ state: 'matching', changed_at: at, tries: sql<number>`tries + 1` })
      .where('scan', '=', scan)
      .where('state', 'in', ['queued', 'matching'])
      .returning(['sbom', 'tries'])
      .executeTakeFirst();
    if (row === undefined || row.sbom === null) return undefined;
    if (row.tries <= MAX_TRIES) return unpackText(row.sbom);
    const code: NodeScanFailureCode = 'WORKERS_DIED';
    await this.fail(scan, { code, message: `no worker came to its end in ${MAX_TRIES} tries` }, at);
    return undefined;
  }

  record(scan: string, judged: JudgedNodeScan, at: string): Promise<'recorded' | 'gone'> {
    return this.#db.transaction().execute(async (transaction) => {
      const row = await this.#locked(transaction, scan, ['queued', 'matching']);
      if (row === undefined) return 'gone';
      await writeJudgement(transaction, row.id, judged, at);
      const done = { state: 'done', changed_at: at };
      await transaction.updateTable('node_scan').set(done).where('id', '=', row.id).execute();
      await forgetOthers(transaction, row, ['done', 'failed']);
      return 'recorded';
    });
  }

  affectedBy(keys: readonly PackageKey[]): Promise<readonly string[]> {
    return nodeScansUnder(this.#db, keys);
  }

  rejudge(scan: string, at: string, judge: (sbom: Uint8Array) => Promise<JudgedNodeScan>): Promise<void> {
    return inTurns(`the scan ${scan}`, async () => {
      const query = this.#db.selectFrom('node_scan').select(['sbom', 'database', 'judged_at']);
      const before = await query.where('scan', '=', scan).where('state', '=', 'done').executeTakeFirst();
      if (before === undefined || before.sbom === null) return undefined;
      const judged = await judge(unpackText(before.sbom));
      return this.#db.transaction().execute(async (transaction) => {
        const row = await this.#locked(transaction, scan, ['done']);
        if (row === undefined) return undefined;
        if (row.database !== before.database || row.judged_at !== before.judged_at) return 'again';
        await writeJudgement(transaction, row.id, judged, at);
        return undefined;
      });
    });
  }

  async noteMatcher(at: string): Promise<void> {
    await this.#db
      .insertInto('setting')
      .values({ name: 'matcher', value: at })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value: at }))
      .execute();
  }

  async matcher(): Promise<string | undefined> {
    const row = await this.#db.selectFrom('setting').select('value').where('name', '=', 'matcher').executeTakeFirst();
    return row?.value;
  }

  list(filter: NodeScanFilter, page: PageRequest): Promise<Page<NodeScanOverview>> {
    return listScans(this.#db, filter, page);
  }

  async get(scan: string): Promise<NodeScanOverview | undefined> {
    const rows = await selectOverviews(this.#db).where('scan', '=', keptText(scan)).execute();
    return (await overviewsOf(this.#db, rows))[0];
  }

  async findings(scan: string, page: PageRequest): Promise<Page<Finding> | undefined> {
    const row = await this.#db
      .selectFrom('node_scan')
      .select('findings')
      .where('scan', '=', keptText(scan))
      .executeTakeFirst();
    return row === undefined || row.findings === null ? undefined : findingsPage(row.findings, page);
  }

  async sbom(scan: string): Promise<Uint8Array | undefined> {
    const row = await this.#db
      .selectFrom('node_scan')
      .select('sbom')
      .where('scan', '=', keptText(scan))
      .executeTakeFirst();
    return row === undefined || row.sbom === null ? undefined : unpackText(row.sbom);
  }

  async prune({ before, maxScans }: Parameters<NodeScanStore['prune']>[0]): Promise<void> {
    await forgetSurpassed(this.#db);
    await forgetGone(this.#db, before);
    await forgetBeyond(this.#db, maxScans);
  }

  /** A transaction of SQLite is alone; PostgreSQL holds the row for this one. */
  async #locked(transaction: Transaction<Tables>, scan: string, states: readonly string[]) {
    const query = transaction
      .selectFrom('node_scan')
      .select(['id', 'node', 'workload', 'database', 'judged_at'])
      .where('scan', '=', scan)
      .where('state', 'in', states);
    return (this.#dialect === 'postgres' ? query.forUpdate() : query).executeTakeFirst();
  }
}

/**
 * Where no worker is there, what waits would become more with each scan: of one place the last waits. One whose SBOM comes after
 * that of a later one is no longer the last.
 */
async function supersede(
  transaction: Transaction<Tables>,
  { id, node, workload }: { readonly id: number; readonly node: string; readonly workload: string },
  at: string,
): Promise<void> {
  const last = await transaction
    .selectFrom('node_scan')
    .select((row) => row.fn.max<number | string>('id').as('id'))
    .where('node', '=', node)
    .where('workload', '=', workload)
    .where('state', 'in', ['queued', 'matching', 'done'])
    .executeTakeFirst();
  const code: NodeScanFailureCode = 'SUPERSEDED';
  const before = await transaction
    .updateTable('node_scan')
    .set({ ...failed({ code, message: 'a later scan of the same took its place' }, at), sbom: null })
    .where('node', '=', node)
    .where('workload', '=', workload)
    .where('id', '<', Number(last?.id ?? id))
    .where('state', '=', 'queued')
    .returning(['id'])
    .execute();
  for (const row of before) await forgetOthers(transaction, { ...row, node, workload }, ['failed']);
}

function failed({ code, message }: NodeScanFailure, at: string) {
  return { state: 'failed', failure_code: code, failure: keptText(message), changed_at: at } as const;
}
