import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisServer, redisMissing, startRedis } from '@bulkhead/lab';
import { ADVISORY_UPDATE, Producer, QueueConfig, SCAN_REGISTRY } from '@bulkhead/queue';
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

describe.skipIf(missing !== undefined)('what is done again and again', { timeout: 60_000 }, () => {
  it('is scheduled again when the queue has lost it, and ends with its registry, whoever scheduled it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bulkhead-schedule-'));
    const redis = await startRedis();
    const store = await openStore({ file: join(folder, 'store.db') });
    for (const name of ['hub', 'aside'])
      await store.registries.add(WatchedRegistry.parse({ name, host: `${name}.example` }));
    const producer = await Producer.open(QueueConfig.parse({ host: redis.host, port: redis.port }));
    const config = { advisories: { database: '', from: [], everyMinutes: 60 }, registries: { everyMinutes: 60 } };
    const ports = { registries: store.registries, trust: store.signatureTrust };
    const scheduled = async () => [
      [...(await producer.repeated(ADVISORY_UPDATE))],
      [...(await producer.repeated(SCAN_REGISTRY))].toSorted(),
    ];
    const schedule = new Schedule(producer, ports, config);
    await schedule.start();
    expect(await scheduled()).toEqual([['update'], ['aside', 'hub']]);

    // Without a file of what it has.
    await redis.restart();
    await until(async () => (await scheduled().catch(() => [])).length > 0);
    expect(await scheduled()).toEqual([[], []]);
    await schedule.follow();
    expect(await scheduled()).toEqual([['update'], ['aside', 'hub']]);

    await store.registries.remove('aside');
    await new Schedule(producer, ports, config).start();
    expect(await scheduled()).toEqual([['update'], ['hub']]);
    await producer.close();
    await store.close();
    await redis.remove();
    await rm(folder, { recursive: true });
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}
