import { dirname, join } from 'node:path';
import { setInterval } from 'node:timers';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseJudge } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { DiskLayerCache, WatchedInspector } from '@bulkhead/oci';
import {
  ADVISORY_UPDATE,
  CONTRACTS,
  type Consumer,
  type ConsumerOptions,
  type JobContract,
  type JobHandler,
  MATCH_SCAN,
  Producer,
  QueueError,
  RESCAN,
  SCAN_IMAGE,
  SCAN_REFERENCE,
  SCAN_REGISTRY,
  startConsumer,
} from '@bulkhead/queue';
import {
  createMetrics,
  type Logger,
  runService,
  type ServiceProcess,
  type Shutdown,
  serveHealth,
} from '@bulkhead/runtime';
import { type Reader, secretReader } from '@bulkhead/scanner';
import { awaitStore } from '@bulkhead/store';
import manifest from '../package.json' with { type: 'json' };
import type { WorkerConfig } from './config.ts';
import type { WorkerEvent } from './event.ts';
import { makeFirstDatabase } from './first-database.ts';
import { advisoryUpdateHandler } from './handler/advisory-update.ts';
import { crawlHandler } from './handler/crawl.ts';
import { matchScanHandler } from './handler/match-scan.ts';
import { rescanHandler } from './handler/rescan.ts';
import { scanImageHandler } from './handler/scan-image.ts';
import { scanReferenceHandler } from './handler/scan-reference.ts';
import { createWorkerMetrics, type WorkerMetrics } from './metrics.ts';
import { isPermanent } from './permanent.ts';
import { Schedule } from './schedule.ts';
import { takeUnmatched } from './unmatched.ts';
import { takeWanted } from './wanted.ts';

const MEGABYTE = 1 << 20;
const RETRY_MS = 1_000;
/** How old the list of registries and the counts of the queues may be. */
const FOLLOW_MS = 15_000;
/** For how long an image that admission was asked about, and what an agent found, wait at most: people wait for it. */
const WANTED_MS = 2_000;
const WANTED_AT_ONCE = 4;

/** Runs the worker until it is told to end. Resolves with the exit code; throws when it cannot start. */
export function runWorker(config: WorkerConfig): Promise<number> {
  return runService<WorkerEvent>({
    name: 'worker',
    logLevel: config.logLevel,
    graceMs: config.graceSeconds * 1000,
    stopped: (problems) => ({ event: 'worker-stopped', problems }),
    start: (service) => start(config, service),
  });
}

async function start(config: WorkerConfig, { logger, emit, shutdown }: ServiceProcess<WorkerEvent>): Promise<void> {
  const registry = createMetrics();
  const metrics = createWorkerMetrics(registry);
  let notReady: string | undefined = 'the store does not answer yet';
  const clock = systemClock;

  // First: a database may be late, and all advisories there are take minutes. Whoever looks after the process sees that it lives.
  const address = await serveHealth(config.metrics, registry, shutdown, () => notReady);
  const store = await awaitStore(config.store, {
    signal: shutdown.signal,
    onWait: ({ message }) => logger.warn({ problem: message }, 'the store does not answer yet; it is tried again'),
  });
  shutdown.onClose('store', () => store.close());
  notReady = 'the first advisory database is being made';
  await makeFirstDatabase(config.advisories, clock, shutdown.signal, emit);
  const judge = new DatabaseJudge(config.advisories.database, clock);
  shutdown.onClose('advisories', () => judge.close());

  notReady = 'the queue does not answer yet';
  const onError = quietly(logger);
  const producer = await openProducer(config, onError, shutdown.signal);
  shutdown.onClose('producer', () => producer.close());
  const inspector = new WatchedInspector((name) => store.registries.get(name), {
    cache: layerCache(config),
    secrets: await secrets(config),
    onLayer: ({ cached, storedBytes }) => metrics.countLayer(cached ? 'cache' : 'registry', storedBytes),
  });
  shutdown.onClose('registries', () => inspector.close());
  const crawl = { store, producer, scanners: inspector.scanners, clock };
  const ports = { scans: store.scans, inspector, judge, clock };
  const consume = consuming(config, metrics, onError, shutdown);
  await Promise.all([
    consume(SCAN_IMAGE, scanImageHandler(ports, metrics, emit), config.scan.concurrency),
    consume(SCAN_REGISTRY, crawlHandler(crawl, metrics, emit)),
    consume(SCAN_REFERENCE, scanReferenceHandler(crawl, emit), WANTED_AT_ONCE),
    consume(RESCAN, rescanHandler({ ...ports, nodeScans: store.nodeScans }, metrics, emit)),
    consume(MATCH_SCAN, matchScanHandler({ nodeScans: store.nodeScans, judge, clock }, emit)),
    consume(
      ADVISORY_UPDATE,
      advisoryUpdateHandler(
        { file: config.advisories.database, from: config.advisories.from, judge, scans: store.scans, producer, clock },
        emit,
      ),
    ),
  ]);

  const schedule = new Schedule(producer, { registries: store.registries, trust: store.signatureTrust }, config);
  await schedule.start();
  const tellOfMatcher = (): Promise<void> => store.nodeScans.noteMatcher(new Date(clock.now()).toISOString());
  await tellOfMatcher();
  const follow = async (): Promise<void> => {
    await schedule.follow();
    await tellOfMatcher();
    for (const contract of CONTRACTS) metrics.setQueue(contract.queue, await producer.counts(contract));
  };
  const timer = setInterval(() => void follow().catch(onError), FOLLOW_MS);
  shutdown.onClose('schedule', () => clearInterval(timer));
  let taking: Promise<void> | undefined;
  const wanted = setInterval(() => {
    // A turn that waits for its store is not overtaken.
    taking ??= takeWanted(store.wantedImages, producer)
      .then(() => takeUnmatched(store.nodeScans, producer))
      .catch(onError)
      .finally(() => {
        taking = undefined;
      });
  }, WANTED_MS);
  shutdown.onClose('wanted images', async () => {
    clearInterval(wanted);
    await taking;
  });
  notReady = undefined;
  emit({ event: 'worker-started', version: manifest.version, pid: process.pid, ...address });
}

async function secrets({ scan: { scanners } }: WorkerConfig): Promise<Reader | undefined> {
  if (!scanners.includes('secret')) return undefined;
  const { createSecretScanner } = await import('./secret-scanner.ts');
  return secretReader(await createSecretScanner(), 'image');
}

/** Base images are in most of a registry's images: without a cache each of these would fetch and read them again. */
function layerCache({ scan, advisories }: WorkerConfig): DiskLayerCache | undefined {
  const { cacheDir = join(dirname(advisories.database), 'layers'), cacheMegabytes } = scan;
  return cacheMegabytes === 0 ? undefined : new DiskLayerCache(cacheDir, { maxBytes: cacheMegabytes * MEGABYTE });
}

/** Starts consumers that are stopped together: each gets the whole time of grace. */
function consuming(config: WorkerConfig, metrics: WorkerMetrics, onError: (error: Error) => void, shutdown: Shutdown) {
  const consumers: Consumer[] = [];
  shutdown.onClose('consumers', async () => {
    await Promise.all(consumers.map((consumer) => consumer.stop(config.graceSeconds * 1000)));
  });
  return async <Data>(contract: JobContract<Data>, handler: JobHandler<Data>, concurrency = 1): Promise<void> => {
    const options: ConsumerOptions = {
      concurrency,
      isPermanent,
      onError,
      onFailure: ({ dead }) => metrics.countFailure(contract.queue, dead),
      lockMs: config.lockSeconds * 1000,
      signal: shutdown.signal,
    };
    consumers.push(await startConsumer(config.redis, contract, handler, options));
  };
}

/** Waits for a server that is not there yet; one that refuses is a mistake of the configuration. */
async function openProducer(
  { redis }: WorkerConfig,
  onError: (error: Error) => void,
  signal: AbortSignal,
): Promise<Producer> {
  for (;;) {
    try {
      return await Producer.open(redis, onError);
    } catch (error) {
      if (!(error instanceof QueueError) || error.code !== 'QUEUE_UNREACHABLE') throw error;
      onError(error);
      await sleep(RETRY_MS, undefined, { signal });
    }
  }
}

/** Says the same trouble once: a server that is away is away many times a second. */
function quietly(logger: Logger): (error: Error) => void {
  let last = '';
  return (error) => {
    if (error.message === last) return;
    last = error.message;
    logger.warn({ err: error }, 'the queue has trouble');
  };
}
