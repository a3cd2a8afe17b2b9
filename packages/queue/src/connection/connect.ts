import { readFileSync } from 'node:fs';
import { Redis, type RedisOptions } from 'ioredis';
import type { QueueConfig } from '../config.ts';
import { QueueError } from '../error.ts';

/** A server that does not answer at all is unreachable, not slow. */
const CONNECT_MS = 5_000;
/** The longest script of BullMQ takes milliseconds. */
const COMMAND_MS = 10_000;
const MAX_RECONNECT_MS = 2_000;

/** Connects and fails fast, now and later: whoever asks for a job wants to know that it is not queued. */
export async function connectProducer(config: QueueConfig, onError: (error: Error) => void): Promise<Redis> {
  const redis = create(config, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
  });
  redis.on('error', onError);
  try {
    await redis.connect();
    return redis;
  } catch (cause) {
    redis.disconnect();
    throw asQueueError(cause, config);
  }
}

/** Connects and waits, now and later: jobs are still there when the server is back. Resolves once it answers. */
export async function connectConsumer(
  config: QueueConfig,
  onError: (error: Error) => void,
  signal: AbortSignal | undefined,
): Promise<Redis> {
  const redis = create(config, { maxRetriesPerRequest: null });
  redis.on('error', onError);
  // Its rejection tells of the first try only; the client goes on by itself.
  redis.connect().catch(() => undefined);
  return new Promise((resolve, reject) => {
    const end = (): void => {
      redis.disconnect();
      reject(asQueueError(signal?.reason, config));
    };
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end, { once: true });
    redis.once('ready', () => {
      signal?.removeEventListener('abort', end);
      resolve(redis);
    });
  });
}

type Settings = Omit<RedisOptions, 'replyMapping'>;

function create(config: QueueConfig, role: Settings): Redis {
  return new Redis({ ...place(config), ...role, connectTimeout: CONNECT_MS, retryStrategy, lazyConnect: true });
}

const retryStrategy = (times: number): number => Math.min(times * 100, MAX_RECONNECT_MS);

function place(config: QueueConfig): Settings {
  const { host, port, socket, database, username, passwordFile, caFile } = config;
  return {
    ...(socket === undefined ? { host, port } : { path: socket }),
    db: database,
    ...(username !== undefined && { username }),
    ...(passwordFile !== undefined && { password: read(passwordFile, 'redis.passwordFile').replace(/\r?\n$/, '') }),
    ...(caFile !== undefined && { tls: { ca: read(caFile, 'redis.caFile') } }),
  };
}

function read(path: string, key: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new QueueError(
      'QUEUE_DENIED',
      { what: `cannot read ${key}`, why, fix: 'check the path and its permissions' },
      { cause },
    );
  }
}

/** Says what a failure of the connection means for whoever queues a job. */
export function asQueueError(cause: unknown, config: QueueConfig): QueueError {
  if (cause instanceof QueueError) return cause;
  const { host, port, socket } = config;
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = `the queue at ${socket ?? `${host}:${port}`} does not answer`;
  const denied = /NOAUTH|WRONGPASS|NOPERM/.test(why);
  return denied
    ? new QueueError('QUEUE_DENIED', { what, why, fix: 'check redis.username and redis.passwordFile' }, { cause })
    : new QueueError(
        'QUEUE_UNREACHABLE',
        { what, why, fix: 'check that Redis runs and where the configuration says it does' },
        { cause },
      );
}
