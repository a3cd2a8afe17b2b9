import type { AlertCount, AlertOutbox } from '@bulkhead/alerts';
import type { OpenSink } from './open-sinks.ts';

/** How many alerts there are for each sink that is configured, and for each that was. */
export async function countSinks(
  outbox: Pick<AlertOutbox, 'counts'>,
  sinks: ReadonlyMap<string, OpenSink>,
): Promise<readonly AlertCount[]> {
  const counts = new Map((await outbox.counts()).map((count) => [count.sink, count]));
  const names = new Set([...sinks.keys(), ...counts.keys()]);
  return [...names].map((sink) => counts.get(sink) ?? { sink, waiting: 0, dead: 0 });
}
