import { TRAFFIC_EXCEPTIONS } from './names.ts';
import type { NativeWorkersCounters } from './native.ts';

/** What engines count, in the order in which binding/convert.cpp writes it. */
const PLAIN = [
  'packets',
  'bytes',
  'sessionsOpened',
  'sessionsActive',
  'sessionsOffloaded',
  'sessionsBlocked',
  'payloadBytes',
  'contentBytes',
  'bytesNotInspected',
  'findings',
  'packetsDropped',
  'packetsMasked',
] as const;

/** What a source counts, in the order in which binding/workers.cpp writes it. */
const PER_SOURCE = [
  'number',
  'packets',
  'bytes',
  'forwarded',
  'modified',
  'dropped',
  'reset',
  'offloaded',
  'overruns',
  'refusedVerdicts',
] as const;

/** Totals since the start. Exceptions that did not happen are absent. */
export type EngineCounters = Readonly<Record<(typeof PLAIN)[number], number>> & {
  readonly exceptions: Readonly<Record<string, number>>;
  /** Bytes that were not looked into, by exception. */
  readonly notInspectedReasons: Readonly<Record<string, number>>;
};

export type SourceCounters = Readonly<Record<Exclude<(typeof PER_SOURCE)[number], 'number'>, number>>;

export interface WorkerCounters extends EngineCounters {
  /** Packets that found a queue or ring full. */
  readonly queueOverruns: number;
  /** Events and captures that JavaScript did not take in time. */
  readonly eventsLost: number;
  readonly capturesLost: number;
  /** Conversations that found the set of their queue or tap full. */
  readonly conversationsLost: number;
  /** By id of the queue or tap. */
  readonly sources: Readonly<Record<string, SourceCounters>>;
}

export function readEngineCounters(counters: BigUint64Array): EngineCounters {
  const at = (index: number): number => Number(counters[index] ?? 0n);
  const plain = Object.fromEntries(PLAIN.map((name, i) => [name, at(i)])) as Record<(typeof PLAIN)[number], number>;
  const byException = (start: number): Record<string, number> =>
    Object.fromEntries(TRAFFIC_EXCEPTIONS.map((name, i) => [name, at(start + i)] as const).filter(([, n]) => n > 0));
  return {
    ...plain,
    exceptions: byException(PLAIN.length),
    notInspectedReasons: byException(PLAIN.length + TRAFFIC_EXCEPTIONS.length),
  };
}

export function readWorkerCounters(given: NativeWorkersCounters, sourceOf: (number: number) => string): WorkerCounters {
  const engines = readEngineCounters(given.engines);
  const sources: Record<string, SourceCounters> = {};
  for (let row = 0; row < given.sources.length; row += PER_SOURCE.length) {
    const values = PER_SOURCE.map((name, i) => [name, Number(given.sources[row + i] ?? 0n)] as const);
    const { number, ...counters } = Object.fromEntries(values) as Record<(typeof PER_SOURCE)[number], number>;
    sources[sourceOf(number)] = counters;
  }
  const { eventsLost, capturesLost, conversationsLost } = given;
  const queueOverruns = engines.exceptions['queueOverrun'] ?? 0;
  return { ...engines, queueOverruns, eventsLost, capturesLost, conversationsLost, sources };
}
