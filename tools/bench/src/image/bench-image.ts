import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@bulkhead/lab';
import { type Measure, median } from '../measure.ts';
import { debianArchive, extractLayer } from './debian-archive.ts';

const MOST_COLD_S = 2.5;
const MOST_WARM_S = 0.5;
const MOST_PEAK_MB = 250;
const MOST_CPU_RATIO = 1.5;

/** Where the archive is kept: beside the other things that the set-up makes. */
const KEPT = join(import.meta.dirname, '../../../../.tools/bench');
const SCRIPT = join(import.meta.dirname, 'scan-once.ts');

interface Once {
  readonly packages: number;
  readonly gaps: number;
  readonly cached: boolean;
  readonly readersMs: number;
  readonly cpuMs: number;
  readonly peakBytes: number;
  readonly seconds: number;
}

/** Whole processes that scan a Debian image's archive, with and without what the cache knows, beside `zcat` of its layer. */
export async function benchImage(rounds: number, say: (text: string) => void): Promise<readonly Measure[]> {
  const archive = await debianArchive(KEPT, say);
  const work = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  try {
    const layer = await extractLayer(archive, work);
    const cache = join(work, 'cache');
    // Fills Node's compile cache and the layer cache; what counts are processes that have the one or both.
    await scanOnce([archive]);
    await scanOnce([archive, cache]);
    const [cold, warm, zcat]: [Once[], Once[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round += 1) {
      cold.push(await scanOnce([archive]));
      warm.push(await scanOnce([archive, cache]));
      zcat.push(await zcatCpuMs(layer.file));
    }
    const [packages = 0, gaps = 0] = [cold[0]?.packages, cold[0]?.gaps];
    if (packages === 0 || gaps > 0) throw new Error(`the archive gave ${packages} packages and ${gaps} gaps`);
    if (!warm.every(({ cached }) => cached)) throw new Error('the cache did not know the layer');
    const cpu = median(cold.map(({ cpuMs }) => cpuMs));
    const readers = median(cold.map(({ readersMs }) => readersMs));
    const plain = median(zcat) + readers;
    const most = (name: string, value: number, unit: string, bar: number, detail: Measure['detail']): Measure => {
      return { name, value, unit, bar, atMost: true, detail };
    };
    return [
      most('cold scan', median(cold.map(({ seconds }) => seconds)), 's', MOST_COLD_S, {
        'layer MB': layer.bytes / 1e6,
        packages,
      }),
      most('peak memory', Math.max(...cold.map(({ peakBytes }) => peakBytes)) / 1e6, 'MB', MOST_PEAK_MB, { rounds }),
      most('warm scan', median(warm.map(({ seconds }) => seconds)), 's', MOST_WARM_S, {
        'CPU ms': median(warm.map(({ cpuMs }) => cpuMs)),
      }),
      most('CPU against zcat and readers', cpu / plain, '×', MOST_CPU_RATIO, {
        'scan ms': cpu,
        'zcat ms': median(zcat),
        'readers ms': readers,
      }),
    ];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function scanOnce(words: readonly string[]): Promise<Once> {
  const started = performance.now();
  const output = await run(process.execPath, [SCRIPT, ...words]);
  return { ...(JSON.parse(output) as Omit<Once, 'seconds'>), seconds: (performance.now() - started) / 1000 };
}

/** The processor time of `zcat`, by bash's own clock. */
async function zcatCpuMs(file: string): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; { time zcat -- "$1" >/dev/null; } 2>&1';
  const [user = '', system = ''] = (await run('bash', ['-c', script, 'zcat', file])).trim().split(' ');
  return (Number(user) + Number(system)) * 1000;
}
