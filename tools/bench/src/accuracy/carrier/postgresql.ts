import { freePort, postgresMissing, startPostgres } from '@bulkhead/lab';
import { Client, type Submittable } from 'pg';
import type { Datum } from '../datum/datum.ts';
import type { Document } from '../document/document.ts';
import type { Carrier } from './carrier.ts';

/** Signature, no flags, no extension. */
const COPY_HEADER = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

/** A column of a row. What is asked with holds the value backwards, so that only the row gives it away. */
export const POSTGRESQL_ROW = postgresql(
  'postgresql row',
  ['value', 'value-spaces', 'json', 'base64'],
  async (client, document, { key }) => {
    const column = client.escapeIdentifier(isObject(document) ? 'document' : key);
    await client.query(`select reverse($1) as ${column}`, [backwards(document)]);
  },
);

/** Text of a simple statement. */
export const POSTGRESQL_STATEMENT = postgresql(
  'postgresql statement',
  ['value', 'value-spaces', 'json'],
  async (client, document, { key }) => {
    const column = client.escapeIdentifier(isObject(document) ? 'document' : key);
    const value = client.escapeLiteral(document.bytes.toString());
    await client.query(`insert into written (${column}) values (${value})`);
  },
);

/** A parameter that is bound to a prepared statement which names its column. */
export const POSTGRESQL_PARAMETER = postgresql(
  'postgresql parameter',
  ['value', 'value-spaces', 'json'],
  async (client, document, { key }) => {
    const column = client.escapeIdentifier(isObject(document) ? 'document' : key);
    await client.query(`insert into written (${column}) values ($1)`, [document.bytes.toString()]);
  },
);

/** Values that are copied into a column, in each form that COPY has. */
export const POSTGRESQL_COPY: readonly Carrier[] = [
  copied('postgresql copy', '', (bytes) => [bytes, Buffer.from('\n')]),
  copied('postgresql copy, csv', ' with (format csv)', (bytes) => [
    Buffer.from(`"${bytes.toString().replaceAll('"', '""')}"\n`),
  ]),
  copied('postgresql copy, binary', ' with (format binary)', (bytes) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [COPY_HEADER, Buffer.from([0, 1]), length, bytes, Buffer.from([0xff, 0xff])];
  }),
];

function copied(name: string, options: string, file: (bytes: Buffer) => readonly Buffer[]): Carrier {
  return postgresql(name, ['value', 'value-spaces', 'json'], async (client, document, { key }) => {
    const column = client.escapeIdentifier(isObject(document) ? 'document' : key);
    await copyIn(client, `copy written (${column}) from stdin${options}`, file(document.bytes));
  });
}

/** A statement that the server answers by asking for data. `pg` leaves it to others to say what they are. */
function copyIn(client: Client, text: string, chunks: readonly Buffer[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const statement = {
      submit: (connection: CopyConnection): void => connection.query(text),
      handleCopyInResponse(connection: CopyConnection): void {
        for (const chunk of chunks) connection.sendCopyFromChunk(chunk);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => resolve(),
      handleError: reject,
    };
    client.query(statement as unknown as Submittable);
  });
}

/** What a statement sees of the connection of `pg`. */
interface CopyConnection {
  query(text: string): void;
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

function isObject({ contentType }: Document): boolean {
  return contentType === 'application/json';
}

function backwards({ bytes }: Document): string {
  return Array.from(bytes.toString()).toReversed().join('');
}

function postgresql(
  name: string,
  kinds: readonly string[],
  write: (client: Client, document: Document, datum: Datum) => Promise<void>,
): Carrier {
  return {
    name,
    group: 'plain',
    kinds,
    missing: postgresMissing,
    async start() {
      const port = await freePort();
      const server = await startPostgres({ loopback: port });
      const { host, user } = server;
      const columns = new Set<string>();
      return {
        port,
        async carry(document, datum) {
          await addColumns(
            host,
            port,
            user,
            [datum.key, 'document'].filter((column) => !columns.has(column)),
            columns,
          );
          const client = new Client({ host: '127.0.0.1', port, user, database: 'postgres' });
          await client.connect();
          await write(client, document, datum);
          await client.end();
        },
        stop: () => server.remove(),
      };
    },
  };
}

/** Over the socket of the folder, which is not recorded. */
async function addColumns(
  host: string,
  port: number,
  user: string,
  missing: readonly string[],
  known: Set<string>,
): Promise<void> {
  if (missing.length === 0) return;
  const client = new Client({ host, port, user, database: 'postgres' });
  await client.connect();
  await client.query('create table if not exists written ()');
  for (const column of missing) {
    await client.query(`alter table written add column if not exists ${client.escapeIdentifier(column)} text`);
    known.add(column);
  }
  await client.end();
}
