import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSensors, DEFAULT_SENSORS, DETECTORS } from '@bulkhead/dlp';
import { type BenchResult, benchCaptures, Program } from '@bulkhead/inspector';
import { writeShopTraffic } from './capture/shop-traffic.ts';
import { writeSmallRequests } from './capture/small-requests.ts';
import { exampleSensors } from './example-sensors.ts';
import { type Measure, median } from './measure.ts';
import { benchOneMore } from './one-more.ts';

const CAPTURE_BYTES = 40_000_000;
/** Small enough that many detectors can each be added in turn. */
const ONE_MORE_BYTES = 4_000_000;
const LEAST_BYTES_PER_SECOND = 1.5;
const LEAST_SHARE_OF_MEMORY_READ = 0.08;
const LEAST_SMALL_PACKETS_PER_SECOND = 2;
const LEAST_GAIN_OF_A_SECOND_THREAD = 1.8;
/** Each case is measured so many times, in turn with the others: a slow moment of the machine meets all of them. */
const ROUNDS = 5;

/** A sensor for all data there are, however unlikely. */
const EVERYTHING: (typeof DEFAULT_SENSORS)[number] = {
  name: 'everything',
  description: 'Every detector.',
  detectors: DETECTORS.filter(({ category }) => category !== 'traffic').map(({ id }) => ({ id })),
  literals: [],
  minConfidence: 'low',
  threshold: 1,
  action: 'alert',
  direction: 'both',
};

/** Measures the whole engine, from packets in memory to findings. */
export async function benchOffline(seconds: number): Promise<readonly Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  try {
    const shop = join(folder, 'shop.pcap');
    const small = join(folder, 'small.pcap');
    const partOfShop = join(folder, 'part.pcap');
    const { packets } = writeShopTraffic(shop, CAPTURE_BYTES);
    writeSmallRequests(small, CAPTURE_BYTES);
    writeShopTraffic(partOfShop, ONE_MORE_BYTES);
    const shipped = new Program(compileSensors(DEFAULT_SENSORS));
    const everything = new Program(compileSensors([EVERYTHING]));
    const examples = new Program(compileSensors(await exampleSensors()));
    const part = Math.max(0.2, seconds / ROUNDS);
    const runs = {
      one: [] as BenchResult[],
      two: [] as BenchResult[],
      every: [] as BenchResult[],
      examples: [] as BenchResult[],
      small: [] as BenchResult[],
    };
    for (let round = 0; round < ROUNDS; round += 1) {
      runs.one.push(await benchCaptures(shipped, [shop], part));
      runs.two.push(...(await Promise.all([1, 2].map(() => benchCaptures(shipped, [shop], part)))));
      runs.every.push(await benchCaptures(everything, [shop], part));
      runs.examples.push(await benchCaptures(examples, [shop], part));
      runs.small.push(await benchCaptures(shipped, [small], part));
    }
    const of = (name: keyof typeof runs, what: (result: BenchResult) => number): number => median(runs[name].map(what));
    const one = of('one', (result) => result.bytesPerSecond);
    const each = of('two', (result) => result.bytesPerSecond);
    const every = of('every', (result) => result.bytesPerSecond);
    const four = of('examples', (result) => result.bytesPerSecond);
    const read = of('one', (result) => result.memoryReadBytesPerSecond);
    const findings = of('one', (result) => result.findings);
    return [
      {
        name: 'offline, HTTP/JSON with cards',
        value: one / 1e9,
        unit: 'GB/s',
        bar: LEAST_BYTES_PER_SECOND,
        detail: { 'ns per packet': of('one', (result) => result.nsPerPacket), packets, findings },
      },
      {
        name: 'offline against reading memory',
        value: one / read,
        unit: 'of memory read',
        bar: LEAST_SHARE_OF_MEMORY_READ,
        detail: {
          'memory read GB/s': read / 1e9,
          'peak RSS MB': Math.max(...runs.one.map((result) => result.peakRssBytes)) / 1e6,
        },
      },
      {
        name: 'offline, every detector on',
        value: every / 1e9,
        unit: 'GB/s',
        detail: { detectors: DETECTORS.length, 'of the shipped sensors': every / one },
      },
      {
        name: 'offline, the four large example sensors',
        value: four / 1e9,
        unit: 'GB/s',
        bar: LEAST_BYTES_PER_SECOND,
        detail: {
          findings: of('examples', (result) => result.findings),
          'of the shipped sensors': four / one,
        },
      },
      await benchOneMore(partOfShop),
      {
        name: 'offline, small requests',
        value: of('small', (result) => result.packetsPerSecond) / 1e6,
        unit: 'Mpps',
        bar: LEAST_SMALL_PACKETS_PER_SECOND,
        detail: { 'ns per packet': of('small', (result) => result.nsPerPacket) },
      },
      {
        name: 'offline, two threads',
        value: (2 * each) / one,
        unit: 'times one',
        bar: LEAST_GAIN_OF_A_SECOND_THREAD,
        detail: { 'GB/s each': each / 1e9, 'GB/s alone': one / 1e9 },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
