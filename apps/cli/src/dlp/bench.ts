import { formatBytes, formatCount } from '@bulkhead/core';
import { renderTable } from '@bulkhead/dlp';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { sizeOf } from './inspect.ts';
import { loadProgram } from './load-sensors.ts';

export interface BenchOptions {
  readonly sensor: readonly string[];
  readonly seconds: number;
  readonly format: 'table' | 'json';
}

/** Measures the whole engine on one thread over captures in memory, against a plain read of the same bytes. */
export async function bench(files: readonly string[], options: BenchOptions, io: Io): Promise<number> {
  const { benchCaptures, Program } = await import('@bulkhead/inspector');
  for (const file of files) await sizeOf(file);
  const program = new Program(await loadProgram(options.sensor));
  const result = await benchCaptures(program, [...files], options.seconds);
  const { bytesPerSecond, packetsPerSecond, nsPerPacket, findings, peakRssBytes, memoryReadBytesPerSecond } = result;
  if (options.format === 'json') {
    const report = { bytesPerSecond, packetsPerSecond, nsPerPacket, findings, peakRssBytes, memoryReadBytesPerSecond };
    await writeAll(io.stdout, [`${JSON.stringify(report, null, 2)}\n`]);
    return EXIT_OK;
  }
  const share = ((100 * bytesPerSecond) / memoryReadBytesPerSecond).toFixed(1);
  const rows = [
    ['inspected', `${formatBytes(bytesPerSecond)}/s`],
    ['plain memory read', `${formatBytes(memoryReadBytesPerSecond)}/s (inspection reaches ${share} % of it)`],
    ['packets', `${Math.round(packetsPerSecond)}/s, ${Math.round(nsPerPacket)} ns each`],
    ['findings', formatCount(findings, 'finding')],
    ['peak memory', formatBytes(peakRssBytes)],
  ];
  await writeAll(io.stdout, [renderTable(['MEASURED', 'RESULT'], rows)]);
  return EXIT_OK;
}
