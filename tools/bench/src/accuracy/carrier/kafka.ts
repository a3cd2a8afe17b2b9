import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { Carrier } from './carrier.ts';

const CLIENT = '/usr/bin/kcat';
const KINDS = ['json', 'json-spaces', 'csv', 'base64'];
const LISTENING_MS = 10_000;
const MESSAGE_MS = 10_000;

/** Messages that kcat produces, in record batches as they are and in each of Kafka's compressions. */
export const KAFKA: readonly Carrier[] = [
  kafka('kafka', 'plain', 'none'),
  kafka('kafka, gzip', 'encoded', 'gzip'),
  kafka('kafka, snappy', 'encoded', 'snappy'),
  kafka('kafka, lz4', 'encoded', 'lz4'),
  kafka('kafka, zstandard', 'encoded', 'zstd'),
];

function kafka(name: string, group: Carrier['group'], compression: string): Carrier {
  return {
    name,
    group,
    kinds: KINDS,
    missing: () => (existsSync(CLIENT) ? undefined : `${CLIENT} is missing (Debian: kcat)`),
    async start() {
      const broker = spawnClient([
        '-P',
        '-b',
        '127.0.0.1:1',
        '-t',
        'none',
        '-X',
        'test.mock.num.brokers=1',
        '-d',
        'mock',
      ]);
      const port = await brokerPort(broker);
      return {
        port,
        async carry({ bytes }) {
          const limit = ['-X', `message.timeout.ms=${MESSAGE_MS}`];
          // Without a delimiter that the document has, all of it is one message.
          const message = ['-D', '\\0', '-z', compression];
          const client = spawnClient([
            '-P',
            '-b',
            `127.0.0.1:${port}`,
            '-t',
            'orders',
            '-p',
            '0',
            ...message,
            ...limit,
          ]);
          client.stderr?.resume();
          client.stdin?.end(bytes);
          const [code] = (await once(client, 'close')) as [number | null];
          if (code !== 0) throw new Error(`kcat could not produce a message: it ended with ${code}`);
        },
        async stop() {
          const ended = once(broker, 'close');
          broker.kill('SIGKILL');
          await ended;
        },
      };
    },
  };
}

function spawnClient(parameters: readonly string[]): ChildProcess {
  return spawn('setpriv', ['--pdeathsig', 'KILL', CLIENT, ...parameters], { stdio: ['pipe', 'ignore', 'pipe'] });
}

/** librdkafka has a broker for tests inside, and says where it listens. */
function brokerPort(broker: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const late = setTimeout(() => fail('does not say where it listens'), LISTENING_MS);
    const fail = (what: string): void => {
      clearTimeout(late);
      broker.kill('SIGKILL');
      reject(new Error(`the broker of librdkafka ${what}: ${said.slice(-200)}`));
    };
    broker.once('error', ({ message }) => fail(message));
    broker.stderr?.on('data', (text: Buffer) => {
      if (said.length < 10_000) said += text.toString();
      const port = /bootstrap\.servers=127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port === undefined) return;
      clearTimeout(late);
      resolve(Number(port));
    });
  });
}
