import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AdvisoryDatabase, buildDatabase, FolderBucket, updateDatabase } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { run } from '@bulkhead/lab';
import { type Measure, median } from '../measure.ts';
import { ALMA_NAMES } from './alma-names.ts';

/** AlmaLinux's and Go's feeds in the layout of the OSV bucket. They lie outside this repository. */
const FEEDS = join(import.meta.dirname, '../../../../../shared/data/osv');

const MOST_BUILD_SECONDS = 30;
const MOST_DELTA_MS = 50;
const ROUNDS = 9;

const NEVER = new AbortController().signal;

/** The advisory database: how long it takes to build, to change and to ask. */
export async function benchScanDb(say: (text: string) => void): Promise<readonly Measure[]> {
  if (!existsSync(FEEDS)) {
    say(`scan-db is left out: ${FEEDS} is absent\n`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  try {
    const file = join(folder, 'advisories.db');
    return [await build(file), await delta(folder), lookUp(file)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** In a process of its own, so that its memory is its own. */
async function build(file: string): Promise<Measure> {
  const output = await run(process.execPath, [join(import.meta.dirname, 'build-once.ts'), FEEDS, file]);
  const { seconds, records, peakBytes, fileBytes } = JSON.parse(output) as Record<string, number>;
  const detail = {
    records: records ?? 0,
    'records per second': (records ?? 0) / (seconds ?? 1),
    'peak MB': (peakBytes ?? 0) / 1e6,
    'file MB': (fileBytes ?? 0) / 1e6,
  };
  return {
    name: 'build a database of 10,000 records',
    value: seconds ?? Number.NaN,
    unit: 's',
    bar: MOST_BUILD_SECONDS,
    atMost: true,
    detail,
  };
}

/** From the call to the commit on disk, with the file opened anew each time. */
async function delta(folder: string): Promise<Measure> {
  const file = join(folder, 'delta.db');
  await buildDatabase({
    output: file,
    from: [new FolderBucket(FEEDS)],
    ecosystems: ['AlmaLinux'],
    clock: systemClock,
    signal: NEVER,
  });
  const bucket = join(folder, 'mirror');
  await mkdir(join(bucket, 'AlmaLinux'), { recursive: true });
  const packages = Array.from({ length: 12 }, (_, index) => `bench-${index}`);
  const durations: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const modified = `2099-01-01T00:00:${String(round).padStart(2, '0')}Z`;
    const record = {
      id: 'ALSA-2099:1',
      modified,
      summary: 'Important: bench security update',
      related: ['CVE-2099-1000'],
      affected: ['openssl-libs', 'kernel-core', ...packages].map((name) => ({
        package: { ecosystem: 'AlmaLinux:9', name },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: `${round}-1.el9` }] }],
      })),
    };
    await writeFile(join(bucket, 'AlmaLinux', 'ALSA-2099:1.json'), JSON.stringify(record));
    const list = `${modified},ALSA-2099:1\n2001-01-01T00:00:00Z,ALSA-2001:1\n`;
    await writeFile(join(bucket, 'AlmaLinux', 'modified_id.csv'), list);
    const started = performance.now();
    const { changed } = await updateDatabase({
      file,
      from: [new FolderBucket(bucket)],
      clock: systemClock,
      signal: NEVER,
    });
    durations.push(performance.now() - started);
    if (changed.length !== record.affected.length) throw new Error(`${changed.length} packages changed`);
  }
  return {
    name: 'apply a delta of one record',
    value: median(durations),
    unit: 'ms',
    bar: MOST_DELTA_MS,
    atMost: true,
    detail: { packages: packages.length + 2, 'first ms': durations[0] ?? 0 },
  };
}

function lookUp(file: string): Measure {
  using database = AdvisoryDatabase.open(file);
  const time = (prefix: string): number => {
    const started = performance.now();
    for (const name of ALMA_NAMES) database.affecting('AlmaLinux:9', prefix + name);
    return ((performance.now() - started) / ALMA_NAMES.length) * 1000;
  };
  const first = time('');
  const again = time('');
  return {
    name: 'look up a package for the first time',
    value: first,
    unit: 'µs',
    detail: { 'again µs': again, 'unknown µs': time('un') },
  };
}
