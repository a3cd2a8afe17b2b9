import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisServer, redisMissing, startRedis } from '@bulkhead/lab';
import { Producer, QueueConfig, SCAN_REGISTRY } from '@bulkhead/queue';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { openStore, type Store } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Schedule } from './schedule.ts';

const missing = redisMissing();
if (missing !== undefined) process.stderr.write(`what workers have crawled is not tested: ${missing}\n`);

describe.skipIf(missing !== undefined)('a change of what signatures are held against', { timeout: 60_000 }, () => {
  let folder: string;
  let redis: RedisServer;
  let store: Store;
  let producer: Producer;
  let schedule: Schedule;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bulkhead-schedule-'));
    redis = await startRedis();
    store = await openStore({ file: join(folder, 'store.db') });
    for (const name of ['hub', 'aside'])
      await store.registries.add(WatchedRegistry.parse({ name, host: `${name}.example` }));
    producer = await Producer.open(QueueConfig.parse({ host: redis.host, port: redis.port }));
    const config = {
      advisories: { database: '', from: [], everyMinutes: 0 },
      registries: { everyMinutes: 0 },
    };
    schedule = new Schedule(producer, { registries: store.registries, trust: store.signatureTrust }, config);
    await schedule.start();
  }, 60_000);
  afterEach(async () => {
    await producer?.close();
    await store?.close();
    await redis?.remove();
    await rm(folder, { recursive: true });
  });

  const waiting = async (): Promise<number> => (await producer.counts(SCAN_REGISTRY)).waiting;
  const name = (...keys: readonly string[]) => store.signatureTrust.set({ keys, trustRoots: [] });

  it('has every registry crawled once', async () => {
    await schedule.follow();
    expect(await waiting()).toBe(0);
    await name('a');
    await schedule.follow();
    expect(await waiting()).toBe(2);
    for (const registry of ['hub', 'aside']) await producer.cancel(SCAN_REGISTRY, registry);
    await schedule.follow();

    expect(await waiting()).toBe(0);
  });

  it('has one crawled again whose crawl was asked for before, and none that is watched no longer', async () => {
    for (const registry of ['hub', 'aside']) await producer.enqueue(SCAN_REGISTRY, { registry });
    await name('a');
    await schedule.follow();
    await producer.cancel(SCAN_REGISTRY, 'hub');
    await store.registries.remove('aside');
    await producer.cancel(SCAN_REGISTRY, 'aside');
    expect(await waiting()).toBe(0);
    await schedule.follow();
    expect(await waiting()).toBe(1);
    await producer.cancel(SCAN_REGISTRY, 'hub');
    await schedule.follow();

    expect(await waiting()).toBe(0);
  });
});
