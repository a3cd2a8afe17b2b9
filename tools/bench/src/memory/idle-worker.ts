import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { buildDatabase, FolderBucket } from '@bulkhead/advisory-db';
import { affected, osvRecord, writeBucket } from '@bulkhead/advisory-db/test-support';
import { systemClock } from '@bulkhead/core';
import { bundle } from '@bulkhead/images';
import { LineProcess, startRedis } from '@bulkhead/lab';
import type { Measure } from '../measure.ts';
import { residentMebibytes } from '../resident.ts';

const MOST_MEBIBYTES = 150;
/** Long enough for what start-up left over to be given back. */
const SETTLE_MS = 5_000;

/** A worker as its image has it, with a queue, a store and advisories, and nothing to do. */
export async function idleWorker(): Promise<Measure> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  const redis = await startRedis();
  let worker: LineProcess | undefined;
  try {
    await bundle('worker', folder);
    const database = join(folder, 'advisories.db');
    const record = osvRecord('DSA-1', { affected: [affected('Debian:12', 'openssl', '3.0-1')] });
    writeBucket(join(folder, 'feed'), { Debian: [record] });
    const from = [new FolderBucket(join(folder, 'feed'))];
    await buildDatabase({ output: database, from, clock: systemClock, signal: new AbortController().signal });
    const config = {
      store: { file: join(folder, 'store.db') },
      redis: { host: redis.host, port: redis.port },
      advisories: { database, everyMinutes: 0 },
      metrics: { port: 0 },
    };
    const configFile = join(folder, 'worker.json');
    await writeFile(configFile, JSON.stringify(config));
    const parameters = [join(folder, 'dist/worker/main.js'), '--config', configFile];
    worker = new LineProcess('worker', undefined, process.execPath, parameters);
    await worker.waitFor('start', ({ event }) => event === 'worker-started', { withinMs: 60_000 });
    await sleep(SETTLE_MS);
    const value = await residentMebibytes(worker.pid);
    return { name: 'idle worker', value, unit: 'MiB', bar: MOST_MEBIBYTES, atMost: true, detail: {} };
  } finally {
    await worker?.stop();
    await redis.remove();
    await rm(folder, { recursive: true, force: true });
  }
}
