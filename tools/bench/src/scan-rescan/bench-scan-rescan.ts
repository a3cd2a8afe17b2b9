import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, postgresMissing, startPostgres } from '@bulkhead/lab';
import { EVERY_IMAGE, type LocatedPackage, type StoredScan } from '@bulkhead/scanner';
import { openStore, type Store, StoreConfig } from '@bulkhead/store';
import { type Measure, median } from '../measure.ts';

const IMAGES = 10_000;
const PACKAGES = 300;
/** What every image of a distribution has. */
const COMMON = 60;
/** What the rest is drawn from: each is in about 120 images. */
const OTHERS = 20_000;
const MOST_MS = 100;
/** Recordings in flight: a server answers several at once, and a file takes turns. */
const AT_ONCE = 4;

/** "New advisory → affected images", over stored images whose packages are as unevenly spread as real ones. */
export async function benchScanRescan(rounds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  let server: PostgresServer | undefined;
  try {
    const measures = await measureStore({ file: join(folder, 'store.db') }, rounds, say);
    const missing = postgresMissing();
    if (missing !== undefined) {
      say(`PostgreSQL is not measured: ${missing}\n`);
      return measures;
    }
    const started = await startPostgres();
    server = started;
    await started.createDatabase('bench');
    const { host, port, user } = started;
    const postgres = { host, port, user, database: 'bench' };
    return [
      ...measures,
      ...(await measureStore(StoreConfig.parse({ postgres }), rounds, say, () => started.analyze('bench'))),
    ];
  } finally {
    await server?.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measureStore(
  config: StoreConfig,
  rounds: number,
  say: (text: string) => void,
  settle: () => Promise<void> = () => Promise.resolve(),
): Promise<Measure[]> {
  const store = await openStore(config);
  try {
    const started = performance.now();
    await fill(store);
    const filledMs = performance.now() - started;
    await settle();
    say(`  ${store.dialect}: ${IMAGES} images recorded in ${Math.round(filledMs / 1000)} s\n`);
    const detail = { 'recorded per second': (IMAGES / filledMs) * 1000, rounds };
    const cases = [
      ['one package of the distribution', [name(0)]],
      ['one other package', [name(COMMON)]],
      ['an update of 100 packages', Array.from({ length: 100 }, (_, index) => name(COMMON + 7 * index))],
    ] as const;
    const measures: Measure[] = [];
    for (const [what, names] of cases) {
      const keys = names.map((one) => ({ ecosystem: 'Debian:12', name: one }));
      const times: number[] = [];
      let found = 0;
      for (let round = 0; round < rounds; round += 1) {
        const asked = performance.now();
        found = (await store.scans.affectedBy(keys)).length;
        times.push(performance.now() - asked);
      }
      if (found === 0) throw new Error(`no image has ${names.join(', ')}`);
      const value = median(times);
      say(`  ${store.dialect}, ${what}: ${value.toFixed(1)} ms, ${found} images\n`);
      measures.push({
        name: `${store.dialect}, ${what}`,
        value,
        unit: 'ms',
        bar: MOST_MS,
        atMost: true,
        detail: { ...detail, 'images found': found },
      });
    }
    return measures;
  } finally {
    await store.close();
  }
}

async function fill(store: Store): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < IMAGES; index = next++) await store.scans.record(scanOf(index));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

/** The same scans at every run: what an image has follows from its number. */
function scanOf(index: number): StoredScan {
  const packages = Array.from({ length: PACKAGES }, (_, place): LocatedPackage => {
    const number = place < COMMON ? place : COMMON + ((index * 7919 + place * 104_729) % OTHERS);
    const version = `${1 + (index % 5)}.${number % 10}-1`;
    const location = { path: 'var/lib/dpkg/status' };
    return { type: 'deb', name: name(number), version, arch: 'amd64', reader: 'dpkg', location };
  });
  const digest = `sha256:${createHash('sha256').update(String(index)).digest('hex')}`;
  return {
    image: { digest, os: 'linux', architecture: 'amd64' },
    scanners: ['vuln'],
    scannedAt: '2026-11-25T00:00:00.000Z',
    inventory: { packages, ownerByPath: new Map(), secrets: [], misconfigurations: [], gaps: [] },
    findings: [],
    lookedUp: [...packages.map((one) => ({ ecosystem: 'Debian:12', name: one.name })), EVERY_IMAGE],
    database: 'bench',
  };
}

function name(number: number): string {
  return `package-${number}`;
}
