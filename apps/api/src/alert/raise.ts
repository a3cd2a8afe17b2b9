import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Alert, type AlertOutbox, passes } from '@bulkhead/alerts';
import type { Clock } from '@bulkhead/core';
import type { Logger } from '@bulkhead/runtime';
import type { AlertMetrics } from '../metrics.ts';
import type { OpenSink } from './open-sinks.ts';

export interface RaisePorts {
  readonly outbox: Pick<AlertOutbox, 'raise'>;
  readonly sinks: ReadonlyMap<string, OpenSink>;
  readonly clock: Clock;
  readonly metrics: AlertMetrics;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** After how long an incident that goes on is told of again. */
  readonly repeatMs: number;
}

/** How late an incident is told of. */
const LOOK_MS = 1_000;
/** Whether an incident went on is no matter of seconds, and to look costs more. */
const REPEATS_MS = 60_000;
/** Incidents of one transaction: it holds the database for milliseconds, so that events get between. */
const STEP = 500;

/** Makes alerts of incidents until told to end. Events are stored without waiting for it. */
export async function raiseAlerts(ports: RaisePorts, signal: AbortSignal): Promise<void> {
  let lookedForRepeats = 0;
  while (!signal.aborted) {
    const now = ports.clock.now();
    const withRepeats = now - lookedForRepeats >= REPEATS_MS;
    try {
      const isWhole = await raiseOnce(ports, withRepeats);
      if (isWhole && withRepeats) lookedForRepeats = now;
      if (!isWhole) continue;
    } catch (error) {
      ports.logger.error({ err: error }, 'alerts cannot be raised now');
    }
    await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** One step; whether there was no more to do. */
export async function raiseOnce(
  { outbox, sinks, clock, metrics, logger, repeatMs }: RaisePorts,
  withRepeats: boolean,
): Promise<boolean> {
  const now = clock.now();
  const { seen, raised, dropped } = await outbox.raise({
    now: new Date(now).toISOString(),
    repeatBefore: withRepeats ? new Date(now - repeatMs).toISOString() : undefined,
    limit: STEP,
    sinksFor: (alert) => sinksFor(sinks, alert),
    newId: randomUUID,
  });
  metrics.countRaised(raised);
  for (const [sink, count] of dropped) {
    metrics.countDropped(sink, count);
    logger.warn({ sink, count }, 'alerts are dropped: too many wait for this sink already');
  }
  return seen < STEP;
}

/** Those whose filter an alert passes. */
function sinksFor(sinks: ReadonlyMap<string, OpenSink>, alert: Alert): readonly string[] {
  return [...sinks.values()].filter(({ config }) => passes(config.filter, alert)).map(({ config }) => config.name);
}
