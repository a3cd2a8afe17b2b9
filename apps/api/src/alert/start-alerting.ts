import type { AlertOutbox } from '@bulkhead/alerts';
import type { Clock } from '@bulkhead/core';
import type { Logger, Shutdown } from '@bulkhead/runtime';
import type { AlertMetrics } from '../metrics.ts';
import { countSinks } from './count-sinks.ts';
import { deliverTo } from './deliver.ts';
import type { OpenSink } from './open-sinks.ts';
import { raiseAlerts } from './raise.ts';

export interface AlertingPorts {
  readonly outbox: AlertOutbox;
  readonly sinks: ReadonlyMap<string, OpenSink>;
  readonly clock: Clock;
  readonly metrics: AlertMetrics;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  readonly repeatMs: number;
}

/** Raises alerts and delivers them, each sink in its own time, until the process ends. */
export function startAlerting(ports: AlertingPorts, shutdown: Shutdown): void {
  const { signal } = shutdown;
  const work = [
    raiseAlerts(ports, signal),
    ...[...ports.sinks.values()].map((sink) => deliverTo(sink, { ...ports, random: Math.random }, signal)),
  ];
  shutdown.onClose('alerts', async () => {
    await Promise.all(work);
  });
}

/** Sets what is shown of each sink, and forgets what died before `before`. */
export async function keepAlerts(
  { outbox, sinks, metrics }: Pick<AlertingPorts, 'outbox' | 'sinks' | 'metrics'>,
  before: string,
): Promise<void> {
  await outbox.prune(before);
  for (const { sink, waiting, dead } of await countSinks(outbox, sinks)) metrics.setCounts(sink, waiting, dead);
}
