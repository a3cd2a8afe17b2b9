import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { setImmediate as otherWork, setTimeout as sleep } from 'node:timers/promises';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { StoreError } from '../error.ts';
import { fromSqlite } from './sqlite-error.ts';

/** Another process writes for milliseconds; whoever waits longer has a stuck one. */
const BUSY_MS = 10_000;
/** SQLite's own waiting would hold the whole process, and with it whoever in it has the lock. */
const ASK_AGAIN_MS = 20;
/** Calls are answered at once, so that a loop over them would keep timers and sockets waiting until its end. */
const BREATHE_MS = 20;
/** More different statements than the store has. */
const MAX_STATEMENTS = 200;

/**
 * Kysely over `node:sqlite`. One connection: calls take turns, transactions have it alone and take the write lock at
 * their beginning, since a reader that becomes a writer half-way cannot wait for another writer.
 */
export class NodeSqliteDialect implements Dialect {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  createDriver(): Driver {
    return new NodeSqliteDriver(this.#file);
  }

  createQueryCompiler(): QueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return new SqliteAdapter();
  }

  createIntrospector(db: Parameters<Dialect['createIntrospector']>[0]): DatabaseIntrospector {
    return new SqliteIntrospector(db);
  }
}

class NodeSqliteDriver implements Driver {
  readonly #file: string;
  #connection: NodeSqliteConnection | undefined;
  /** Settles when whoever has the connection gives it back. */
  #turn: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #breathed = performance.now();

  constructor(file: string) {
    this.#file = file;
  }

  async init(): Promise<void> {
    const connection = new NodeSqliteConnection(this.#file);
    // With a write-ahead log readers do not wait, and a crash of the process loses nothing that was committed.
    await connection.execute('pragma synchronous = normal; pragma temp_store = memory; pragma journal_mode = wal');
    this.#connection = connection;
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    if (performance.now() - this.#breathed > BREATHE_MS) {
      await otherWork();
      this.#breathed = performance.now();
    }
    this.#release = resolve;
    if (this.#connection === undefined) {
      resolve();
      throw new StoreError('STORE_UNREACHABLE', `the store ${JSON.stringify(this.#file)} is closed`);
    }
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {
    this.#release();
  }

  async beginTransaction(): Promise<void> {
    await this.#connection?.execute('begin immediate');
  }

  async commitTransaction(): Promise<void> {
    await this.#connection?.execute('commit');
  }

  async rollbackTransaction(): Promise<void> {
    await this.#connection?.rollback();
  }

  async destroy(): Promise<void> {
    await this.#turn;
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class NodeSqliteConnection implements DatabaseConnection {
  readonly #file: string;
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#file = file;
    try {
      this.#database = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 0 });
    } catch (cause) {
      throw fromSqlite(cause, file);
    }
  }

  executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    return this.#insist((): QueryResult<Row> => {
      const statement = this.#prepare(sql);
      const values = parameters as readonly SQLInputValue[];
      if (statement.columns().length > 0) return { rows: statement.all(...values) as Row[] };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    });
  }

  streamQuery(): never {
    throw new Error('the store reads in portions, not in streams');
  }

  execute(sql: string): Promise<void> {
    return this.#insist(() => this.#database.exec(sql));
  }

  /** A failure that SQLite answered with a rollback of its own leaves nothing to roll back. */
  async rollback(): Promise<void> {
    if (this.#database.isTransaction) await this.execute('rollback');
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** Tries until nobody else holds the lock. Inside a transaction it is ours, and there is nothing to wait for. */
  async #insist<T>(act: () => T): Promise<T> {
    const over = performance.now() + BUSY_MS;
    for (;;) {
      try {
        return act();
      } catch (cause) {
        const failure = fromSqlite(cause, this.#file);
        const isBusy = failure instanceof StoreError && failure.code === 'STORE_BUSY';
        if (!isBusy || this.#database.isTransaction || performance.now() > over) throw failure;
        await sleep(ASK_AGAIN_MS);
      }
    }
  }

  #prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql);
    if (this.#statements.size >= MAX_STATEMENTS) {
      const [oldest] = this.#statements.keys();
      if (oldest !== undefined) this.#statements.delete(oldest);
    }
    this.#statements.set(sql, statement);
    return statement;
  }
}
