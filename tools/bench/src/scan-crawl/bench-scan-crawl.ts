import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import { LineProcess, redisMissing, registryMissing, startRedis, startRegistry } from '@bulkhead/lab';
import { Producer, QueueConfig, SCAN_REGISTRY } from '@bulkhead/queue';
import { WatchedRegistry } from '@bulkhead/scanner/registry';
import { openStore } from '@bulkhead/store';
import type { Measure } from '../measure.ts';
import { distantRegistry } from './distant-registry.ts';
import { pushShopImages } from './shop-images.ts';

const IMAGES = 240;
const WORKER = join(import.meta.dirname, '../../../../apps/worker/src/main.ts');
/** One core, but for what the machine's other programs take of it. */
const LEAST_BUSY = 0.9;
/** A registry of another region. */
const DISTANT_MS = 30;
const WITHIN_MS = 280_000;
/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** A worker that crawls a registry of images: how much of a core it keeps busy, and how many it scans. */
export async function benchScanCrawl(say: (text: string) => void): Promise<readonly Measure[]> {
  const missing = redisMissing() ?? registryMissing();
  if (missing !== undefined) {
    say(`scan-crawl is left out: ${missing}\n`);
    return [];
  }
  const registry = await startRegistry();
  try {
    const bytes = await pushShopImages(registry, IMAGES);
    say(`  ${IMAGES} images pushed, ${Math.round(bytes / 1e6)} MB of different layers\n`);
    const near = await crawl('a registry on this machine', registry.host, bytes);
    const distant = await distantRegistry(registry.host, DISTANT_MS);
    try {
      return [near, await crawl(`a registry ${DISTANT_MS} ms away`, distant.host, bytes)];
    } finally {
      await distant.close();
    }
  } finally {
    await registry.remove();
  }
}

async function crawl(name: string, host: string, bytes: number): Promise<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const redis = await startRedis({ durable: true });
  const store = await openStore({ file: join(folder, 'store.db') });
  let worker: LineProcess | undefined;
  try {
    const database = join(folder, 'advisories.db');
    const records = Array.from({ length: 100 }, (_, index) =>
      osvRecord(`DSA-${index}`, { affected: [affected('Debian:12', `lib-${index}`, '3.0-1')] }),
    );
    writeBucket(join(folder, 'feed'), { Debian: records });
    const from = [new FolderBucket(join(folder, 'feed'))];
    await buildDatabase({ output: database, from, clock: systemClock, signal: new AbortController().signal });
    await store.registries.add(WatchedRegistry.parse({ name: 'shop', host, insecure: true }));
    const queue = { host: redis.host, port: redis.port };
    const config = {
      store: { file: join(folder, 'store.db') },
      redis: queue,
      advisories: { database, everyMinutes: 0 },
      registries: { everyMinutes: 0 },
      metrics: { enabled: false },
    };
    await writeFile(join(folder, 'worker.json'), JSON.stringify(config));
    worker = new LineProcess('worker', undefined, process.execPath, [WORKER, '--config', join(folder, 'worker.json')]);
    await worker.waitFor('start', (line) => line['event'] === 'worker-started', { withinMs: 30_000 });
    const producer = await Producer.open(QueueConfig.parse(queue));
    const [started, cpuBefore] = [performance.now(), cpuSeconds(worker.pid)];
    await producer.enqueue(SCAN_REGISTRY, { registry: 'shop' });
    const scanned = (): number => worker?.lines.filter((line) => line['event'] === 'image-scanned').length ?? 0;
    while (scanned() < IMAGES) {
      if (performance.now() - started > WITHIN_MS) throw new Error(`${scanned()} of ${IMAGES} images are scanned`);
      await worker.change(1000);
    }
    const seconds = (performance.now() - started) / 1000;
    const cpu = cpuSeconds(worker.pid) - cpuBefore;
    await producer.close();
    return {
      name: `processor of a worker that crawls ${name}`,
      value: cpu / seconds,
      unit: 'cores',
      bar: LEAST_BUSY,
      detail: {
        images: IMAGES,
        seconds,
        'CPU s': cpu,
        'images per second': IMAGES / seconds,
        'MB per second': bytes / 1e6 / seconds,
      },
    };
  } finally {
    await worker?.stop();
    await store.close();
    await redis.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

/** User and system time of a process and its threads. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name in parentheses may hold spaces; what counts comes after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}
