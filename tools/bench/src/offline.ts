import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compileSensors, DEFAULT_SENSORS } from '@bulkhead/dlp';
import { benchCaptures, Program } from '@bulkhead/inspector';
import { writeShopTraffic } from './capture/shop-traffic.ts';
import type { Measure } from './measure.ts';

const CAPTURE_BYTES = 40_000_000;
const LEAST_BYTES_PER_SECOND = 1.0;
const LEAST_SHARE_OF_MEMORY_READ = 0.08;

/** Measures the whole engine on one thread, from packets in memory to findings, with the default sensors. */
export async function benchOffline(seconds: number): Promise<readonly Measure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-bench-'));
  try {
    const capture = join(folder, 'shop.pcap');
    const { packets } = writeShopTraffic(capture, CAPTURE_BYTES);
    const program = new Program(compileSensors(DEFAULT_SENSORS));
    const result = await benchCaptures(program, [capture], seconds);
    const gigabytes = result.bytesPerSecond / 1e9;
    return [
      {
        name: 'offline, HTTP/JSON with cards',
        value: gigabytes,
        unit: 'GB/s',
        bar: LEAST_BYTES_PER_SECOND,
        detail: { 'ns per packet': result.nsPerPacket, packets, findings: result.findings },
      },
      {
        name: 'offline against reading memory',
        value: result.bytesPerSecond / result.memoryReadBytesPerSecond,
        unit: 'of memory read',
        bar: LEAST_SHARE_OF_MEMORY_READ,
        detail: { 'memory read GB/s': result.memoryReadBytesPerSecond / 1e9, 'peak RSS MB': result.peakRssBytes / 1e6 },
      },
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
