import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  PostgresDialect,
  type PostgresPool,
  type QueryResult,
} from 'kysely';
import { fromPostgres } from './postgres-error.ts';

/** Kysely's dialect for PostgreSQL, whose failures are those of the store. */
export class StorePostgresDialect extends PostgresDialect {
  readonly #place: string;

  constructor(pool: PostgresPool, place: string) {
    super({ pool });
    this.#place = place;
  }

  override createDriver(): Driver {
    const driver = super.createDriver();
    const place = this.#place;
    const translate = async <T>(promise: Promise<T>): Promise<T> => {
      try {
        return await promise;
      } catch (cause) {
        throw fromPostgres(cause, place);
      }
    };
    // Connections are the pool's own objects: each is wrapped once, and unwrapped where Kysely hands it back.
    const wrapped = new WeakMap<DatabaseConnection, DatabaseConnection>();
    const inner = (connection: DatabaseConnection): DatabaseConnection => wrapped.get(connection) ?? connection;
    return {
      init: () => translate(driver.init()),
      async acquireConnection(options) {
        const connection = await translate(driver.acquireConnection(options));
        const outer: DatabaseConnection = {
          executeQuery: <Row>(query: CompiledQuery): Promise<QueryResult<Row>> =>
            translate(connection.executeQuery<Row>(query)),
          streamQuery: (query, size) => connection.streamQuery(query, size),
        };
        wrapped.set(outer, connection);
        return outer;
      },
      beginTransaction: (connection, settings) => translate(driver.beginTransaction(inner(connection), settings)),
      commitTransaction: (connection) => translate(driver.commitTransaction(inner(connection))),
      rollbackTransaction: (connection) => translate(driver.rollbackTransaction(inner(connection))),
      releaseConnection: (connection) => driver.releaseConnection(inner(connection)),
      destroy: () => translate(driver.destroy()),
    };
  }
}
