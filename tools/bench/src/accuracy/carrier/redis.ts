import { redisMissing, startRedis } from '@bulkhead/lab';
import { Redis } from 'ioredis';
import type { Datum } from '../datum/datum.ts';
import type { Document } from '../document/document.ts';
import type { Carrier } from './carrier.ts';

/** Documents as strings, and values as fields of a hash; each is written over a connection of its own. */
export const REDIS_STRING = redis(
  'redis string',
  ['json', 'json-spaces', 'csv', 'base64', 'gzip-in-base64'],
  async (client, document) => {
    await client.set('order:1', document.bytes);
  },
);
export const REDIS_HASH = redis('redis hash', ['value', 'value-spaces'], async (client, document, { key }) => {
  await client.hset('customer:1', key, document.bytes);
});

function redis(
  name: string,
  kinds: readonly string[],
  write: (client: Redis, document: Document, datum: Datum) => Promise<void>,
): Carrier {
  return {
    name,
    group: 'plain',
    kinds,
    missing: redisMissing,
    async start() {
      const server = await startRedis();
      const { host, port } = server;
      return {
        port,
        async carry(document, datum) {
          const client = new Redis({ host, port, lazyConnect: true, enableReadyCheck: false });
          await client.connect();
          await write(client, document, datum);
          await client.quit();
        },
        stop: () => server.remove(),
      };
    },
  };
}
