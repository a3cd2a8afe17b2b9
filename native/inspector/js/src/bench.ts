import { typed } from './error.ts';
import { native } from './native.ts';
import type { Program } from './program.ts';

export interface BenchResult {
  /** Bytes of packets, link headers included, through the whole engine on one thread. */
  readonly bytesPerSecond: number;
  readonly packetsPerSecond: number;
  readonly nsPerPacket: number;
  /** In one pass over the captures. */
  readonly findings: number;
  /** Of this process. */
  readonly peakRssBytes: number;
  /** A plain read of the same bytes, between the passes of the same run. */
  readonly memoryReadBytesPerSecond: number;
}

/** Loads captures into memory and inspects them again and again on one thread for about `seconds`. */
export async function benchCaptures(program: Program, paths: readonly string[], seconds: number): Promise<BenchResult> {
  const result = await typed(() => native().benchCaptures(program.handle, paths, seconds));
  const { passes, packets, bytes, findings, inspectSeconds, memoryReadSeconds, peakRssBytes } = result;
  return {
    bytesPerSecond: (bytes * passes) / inspectSeconds,
    packetsPerSecond: (packets * passes) / inspectSeconds,
    nsPerPacket: packets === 0 ? 0 : (inspectSeconds * 1e9) / (packets * passes),
    findings,
    peakRssBytes,
    memoryReadBytesPerSecond: (bytes * passes) / memoryReadSeconds,
  };
}
