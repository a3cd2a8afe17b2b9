import { randomBytes } from 'node:crypto';
import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CliError } from '../error.ts';
import { Child } from './child.ts';

/** Names of the server, as Debian and others have it and as Valkey calls its own. */
const PROGRAMS = ['redis-server', 'valkey-server'];

/** A Redis of our own: on a socket that only this user opens, with a password of this start. */
export interface PrivateRedis {
  readonly child: Child;
  /** As the services' configuration names it. */
  readonly config: { readonly socket: string; readonly passwordFile: string };
}

/** Starts it and waits until it answers. */
export async function startRedis(folder: string, log: string): Promise<PrivateRedis> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const socket = join(folder, 'redis.sock');
  const passwordFile = join(folder, 'password');
  const password = randomBytes(32).toString('hex');
  writeFileSync(passwordFile, password, { mode: 0o600 });
  const settings = [
    'port 0',
    `unixsocket ${JSON.stringify(socket)}`,
    'unixsocketperm 700',
    `dir ${JSON.stringify(folder)}`,
    `requirepass ${password}`,
    'appendonly yes',
    'maxmemory-policy noeviction',
    'daemonize no',
  ];
  // By standard input: what stands on a command line is for everybody to read.
  const input = `${settings.join('\n')}\n`;
  const child = new Child({ name: 'queue', program: programOf(), args: ['-'], cwd: folder, log, input });
  await child.ready(() => answers(socket, password));
  return { child, config: { socket, passwordFile } };
}

function programOf(): string {
  const folders = (process.env['PATH'] ?? '').split(':').filter((folder) => folder.startsWith('/'));
  for (const path of PROGRAMS.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // The next place may have it.
    }
  }
  throw new CliError('USAGE', {
    what: 'cannot start the queue',
    why: `neither ${PROGRAMS.join(' nor ')} is installed`,
    fix: 'install one (Debian: redis-server)',
  });
}

/** Rejects as long as it does not work: one that still loads its data says so, and keeps the connection open. */
export function answers(path: string, password: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let said = '';
    socket.setEncoding('utf8').on('data', (answer: string) => {
      said += answer;
      const refused = /^-.*/m.exec(said);
      if (refused === null && !said.includes('+PONG')) return;
      socket.destroy();
      if (refused === null) resolve();
      else reject(new Error(refused[0]));
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('it closed the connection')));
  });
}
