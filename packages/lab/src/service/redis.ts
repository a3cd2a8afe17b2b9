import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Daemon, freePort, startDaemon } from './daemon.ts';

const PROGRAM = '/usr/bin/redis-server';

export interface RedisServer {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** Ends it as a crash would, and starts it again on the same port and data. */
  crash(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/** Why no Redis can be started here; nothing when one can. */
export function redisMissing(): string | undefined {
  return existsSync(PROGRAM) ? undefined : `${PROGRAM} is missing (Debian: redis-server)`;
}

/** Starts a Redis of its own in a temporary folder, on loopback. With `durable` it keeps an append-only file. */
export async function startRedis(options: { readonly durable?: boolean } = {}): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-redis-'));
  const port = await freePort();
  const parameters = [
    ['--bind', '127.0.0.1'],
    ['--port', String(port)],
    ['--dir', folder],
    ['--save', ''],
    ['--appendonly', options.durable === true ? 'yes' : 'no'],
    // What was answered is in the file: BullMQ's scripts are atomic, so a crash loses whole jobs or nothing.
    ['--appendfsync', 'always'],
    ['--maxmemory-policy', 'noeviction'],
  ].flat();
  const start = (): Promise<Daemon> =>
    startDaemon({ name: 'redis', program: PROGRAM, parameters, isReady: () => ping(port) });
  let daemon = await start();
  return {
    host: '127.0.0.1',
    port,
    crash: () => daemon.kill(),
    async restart() {
      await daemon.kill();
      daemon = await start();
    },
    async remove() {
      await daemon.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A server that still loads its append-only file answers with an error, which is not ready. */
function ping(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.once('data', (answer) => {
      socket.destroy();
      if (answer.toString().startsWith('+PONG')) resolve();
      else reject(new Error(answer.toString().trim()));
    });
    socket.once('error', reject);
  });
}
