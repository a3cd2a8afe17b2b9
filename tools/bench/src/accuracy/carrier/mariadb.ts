import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, run, startDaemon } from '@bulkhead/lab';
import type { Datum } from '../datum/datum.ts';
import type { Document } from '../document/document.ts';
import type { Carrier } from './carrier.ts';

const SERVER = '/usr/sbin/mariadbd';
const CLIENT = '/usr/bin/mariadb';

/** A column of a row; what is asked with holds the value backwards, so that only the row gives it away. */
export const MARIADB_ROW = mariadb(
  'mariadb row',
  'plain',
  [],
  ['value', 'value-spaces', 'json'],
  (text, column) => `select reverse('${Array.from(text).toReversed().join('')}') as \`${column}\``,
);
/** The text of a statement. */
export const MARIADB_STATEMENT = mariadb(
  'mariadb statement',
  'plain',
  [],
  ['value', 'value-spaces', 'json'],
  (text, column) => `do (select \`${column}\` from (select 1 as \`${column}\`) as t where \`${column}\` = '${text}')`,
);
/** The protocol's own compression: packets above 50 bytes are deflated. */
export const MARIADB_COMPRESSED = mariadb(
  'mariadb row, compressed',
  'encoded',
  ['--compress'],
  ['value', 'json'],
  (text, column) =>
    `select reverse('${Array.from(text).toReversed().join('')}') as \`${column}\`, repeat('order ', 20) as note`,
);

function mariadb(
  name: string,
  group: Carrier['group'],
  flags: readonly string[],
  kinds: readonly string[],
  statement: (text: string, column: string) => string,
): Carrier {
  return {
    name,
    group,
    kinds,
    missing: () =>
      [SERVER, CLIENT]
        .filter((path) => !existsSync(path))
        .map((path) => `${path} is missing (Debian: mariadb-server)`)[0],
    async start() {
      const folder = await mkdtemp(join(tmpdir(), 'bulkhead-mariadb-'));
      const data = join(folder, 'data');
      const socket = join(folder, 'socket');
      await run('mariadb-install-db', [
        '--no-defaults',
        `--datadir=${data}`,
        '--user=root',
        '--auth-root-authentication-method=normal',
        '--skip-test-db',
      ]);
      const port = await freePort();
      const daemon = await startDaemon({
        name: 'mariadbd',
        program: SERVER,
        parameters: [
          '--no-defaults',
          `--datadir=${data}`,
          `--socket=${socket}`,
          '--bind-address=127.0.0.1',
          `--port=${port}`,
          '--user=root',
          '--skip-grant-tables',
          '--skip-networking=0',
          `--pid-file=${join(folder, 'pid')}`,
        ],
        isReady: () => run(CLIENT, ['--no-defaults', `--socket=${socket}`, '-e', 'select 1']),
      });
      const client = ['--no-defaults', '--host=127.0.0.1', `--port=${port}`, '--protocol=tcp', '--skip-ssl', ...flags];
      return {
        port,
        async carry({ bytes, contentType }: Document, { key }: Datum) {
          const column = contentType === 'application/json' ? 'document' : key;
          await run(CLIENT, [...client, '-e', statement(bytes.toString().replaceAll("'", "''"), column)]);
        },
        async stop() {
          await daemon.stop();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}
