import { DatabaseJudge } from '@bulkhead/advisory-db';
import { errorLine, printable, systemClock } from '@bulkhead/core';
import { DiskLayerCache, WatchedCatalog, WatchedInspector } from '@bulkhead/oci';
import { Producer, type QueueConfig, SCAN_REGISTRY } from '@bulkhead/queue';
import {
  type CrawlReport,
  crawlRegistry,
  type ImageScanner,
  type Reader,
  secretReader,
  type WatchedRegistry,
} from '@bulkhead/scanner';
import type { Store } from '@bulkhead/store';
import { CliError } from '../error.ts';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { LiveLine } from '../output/live-line.ts';
import { cacheFolder } from '../scan/cache-folder.ts';
import { LocalScans } from './local-scans.ts';
import { notWatched } from './not-watched.ts';
import { type PlaceOptions, withStore } from './store-place.ts';

/** What decides, in the configuration of a worker, what these options decide here. */
const WORKER_SETTINGS: Readonly<Record<string, string>> = {
  scanners: 'scan.scanners',
  db: 'advisories.database',
  concurrency: 'scan.concurrency',
};

export interface ScanOptions extends PlaceOptions {
  readonly db: string;
  readonly concurrency: number;
  readonly scanners: readonly ImageScanner[];
  readonly format: 'table' | 'json';
  /** Names of the options above that the user gave. */
  readonly given: readonly string[];
}

/** `bulkhead registry scan`: in this process, or by the workers of a Redis. */
export function scan(name: string, options: ScanOptions, io: Io): Promise<number> {
  return withStore(options, async (store, { redis }) => {
    const registry = await store.registries.get(name);
    if (registry === undefined) throw notWatched(name);
    return redis === undefined ? scanHere(registry, store, options, io) : askWorkers(name, redis, options, io);
  });
}

async function askWorkers(
  registry: string,
  redis: QueueConfig,
  { format, given }: ScanOptions,
  io: Io,
): Promise<number> {
  const [first] = given;
  if (first !== undefined) {
    throw new CliError('USAGE', {
      what: `--${first} cannot be given here`,
      why: 'the configuration names a Redis, whose workers scan as theirs says',
      fix: `leave it out, and set ${WORKER_SETTINGS[first] ?? 'it'} of the workers`,
    });
  }
  const producer = await Producer.open(redis);
  try {
    const outcome = await producer.enqueue(SCAN_REGISTRY, { registry });
    const text =
      format === 'json'
        ? `${JSON.stringify({ schemaVersion: 1, registry, outcome }, undefined, 2)}\n`
        : `${registry}: ${outcome}\n`;
    await writeAll(io.stdout, [text]);
    return outcome === 'dead' ? EXIT_FAILURE : EXIT_OK;
  } finally {
    await producer.close();
  }
}

async function scanHere(registry: WatchedRegistry, store: Store, options: ScanOptions, io: Io): Promise<number> {
  const judge = new DatabaseJudge(options.db, systemClock);
  const catalog = await WatchedCatalog.open(registry);
  const cache = new DiskLayerCache(cacheFolder(process.env));
  const inspector = new WatchedInspector(async () => registry, { cache, secrets: await secrets(options) });
  const line = new LiveLine(io);
  const say = (): void => {
    const { done, failed, left } = scans;
    const finished = done.length + failed.length;
    const what = `scanning ${registry.name}${failed.length === 0 ? '' : `, ${failed.length} failed`}`;
    line.show({ what, done: finished, total: finished + left, unit: 'images' });
  };
  const clock = systemClock;
  const scans = new LocalScans({ scans: store.scans, inspector, judge, clock }, options.concurrency, io.signal, say);
  try {
    const ports = {
      catalog,
      registries: store.registries,
      scans: store.scans,
      trust: store.signatureTrust,
      requests: scans,
      scanners: inspector.scanners,
      clock,
    };
    const crawl = await crawlRegistry(registry, ports, { signal: io.signal });
    await scans.finish();
    line.clear();
    await writeAll(io.stdout, [options.format === 'json' ? json(crawl, scans) : table(crawl, scans)]);
    for (const problem of crawl.problems) io.stderr.write(`error: ${printable(problem)}\n`);
    for (const { message } of scans.failed) io.stderr.write(`${errorLine(message)}\n`);
    return crawl.problems.length + scans.failed.length > 0 ? EXIT_FAILURE : EXIT_OK;
  } finally {
    line.clear();
    catalog.close();
    inspector.close();
    judge.close();
  }
}

async function secrets({ scanners }: ScanOptions): Promise<Reader | undefined> {
  if (!scanners.includes('secret')) return undefined;
  const { createSecretScanner } = await import('../secret-scanner.ts');
  return secretReader(await createSecretScanner(), 'image');
}

function json(crawl: CrawlReport, { done, failed }: LocalScans): string {
  const byDigest = done.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  return `${JSON.stringify({ schemaVersion: 1, ...crawl, scanned: byDigest, failed }, undefined, 2)}\n`;
}

function table(crawl: CrawlReport, { done, failed }: LocalScans): string {
  const { registry, repositories, tags, images, alreadyScanned } = crawl;
  const affected = done.filter(({ vulnerabilities }) => vulnerabilities > 0).length;
  const leaking = done.filter(({ secrets: leaked }) => leaked > 0).length;
  const partial = done.filter(({ status }) => status === 'partial').length;
  return (
    `${registry}: ${repositories} repositories, ${tags} tags, ${images} images\n` +
    `scanned ${done.length} (${partial} partial), known before ${alreadyScanned}, failed ${failed.length}; ${affected} affected, ${leaking} with secrets\n`
  );
}
