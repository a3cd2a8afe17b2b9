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
const PERL = '/usr/bin/perl';
const DRIVER = '/usr/share/doc/libdbd-mariadb-perl';

/** A port, a statement with one parameter, and what is bound to it. */
const BIND = `
my ($port, $statement, $value) = @ARGV;
my $db = DBI->connect("dbi:MariaDB:host=127.0.0.1;port=$port", "root", "",
  {RaiseError => 1, PrintError => 0, mariadb_server_prepare => 1, mariadb_server_prepare_disable_fallback => 1});
$db->prepare($statement)->execute($value);
$db->disconnect;
`;

/** Has the server told a text that belongs to a column, over a connection of its own. */
type Tell = (port: number, text: string, column: string) => Promise<void>;

/** A column of a row; what is asked with holds the value backwards, so that only the row gives it away. */
export const MARIADB_ROW = mariadb(
  'mariadb row',
  'plain',
  ['value', 'value-spaces', 'json'],
  asked([], (text, column) => `select reverse(${quoted(backwards(text))}) as \`${column}\``),
);
/** The text of a statement. */
export const MARIADB_STATEMENT = mariadb(
  'mariadb statement',
  'plain',
  ['value', 'value-spaces', 'json'],
  asked([], (text, column) => `do (${compared(column, quoted(text))})`),
);
/** A parameter that is bound to a statement which the server has prepared, by the client library behind Perl's DBI. */
export const MARIADB_PARAMETER = mariadb(
  'mariadb parameter',
  'plain',
  ['value', 'value-spaces', 'json'],
  async (port, text, column) => {
    await run(PERL, ['-MDBI', '-e', BIND, String(port), compared(column, '?'), text]);
  },
  () => (existsSync(DRIVER) ? undefined : `${DRIVER} is missing (Debian: libdbd-mariadb-perl)`),
);
/** The protocol's own compression: packets above 50 bytes are deflated. */
export const MARIADB_COMPRESSED = mariadb(
  'mariadb row, compressed',
  'encoded',
  ['value', 'json'],
  asked(
    ['--compress'],
    (text, column) => `select reverse(${quoted(backwards(text))}) as \`${column}\`, repeat('order ', 20) as note`,
  ),
);

/** Asks a statement with the server's own client. */
function asked(flags: readonly string[], statement: (text: string, column: string) => string): Tell {
  return async (port, text, column) => {
    const server = ['--no-defaults', '--host=127.0.0.1', `--port=${port}`, '--protocol=tcp', '--skip-ssl'];
    await run(CLIENT, [...server, ...flags, '-e', statement(text, column)]);
  };
}

function compared(column: string, value: string): string {
  return `select \`${column}\` from (select 1 as \`${column}\`) as t where \`${column}\` = ${value}`;
}

function backwards(text: string): string {
  return Array.from(text).toReversed().join('');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function mariadb(
  name: string,
  group: Carrier['group'],
  kinds: readonly string[],
  tell: Tell,
  alsoMissing: () => string | undefined = () => undefined,
): Carrier {
  return {
    name,
    group,
    kinds,
    missing: () =>
      [SERVER, CLIENT]
        .filter((path) => !existsSync(path))
        .map((path) => `${path} is missing (Debian: mariadb-server)`)[0] ?? alsoMissing(),
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
      return {
        port,
        async carry({ bytes, contentType }: Document, { key }: Datum) {
          const column = contentType === 'application/json' ? 'document' : key;
          await tell(port, bytes.toString(), column);
        },
        async stop() {
          await daemon.stop();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  };
}
