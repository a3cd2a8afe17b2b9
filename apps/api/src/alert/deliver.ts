import { setTimeout as sleep } from 'node:timers/promises';
import type { SendOutcome } from '@bulkhead/alert-sinks';
import { type AlertOutbox, MAX_TRIES, retryDelayMs, type WaitingAlert } from '@bulkhead/alerts';
import type { Clock } from '@bulkhead/core';
import type { Logger } from '@bulkhead/runtime';
import type { AlertMetrics } from '../metrics.ts';
import type { OpenSink } from './open-sinks.ts';

export interface DeliveryPorts {
  readonly outbox: Pick<AlertOutbox, 'claim' | 'delivered' | 'failed'>;
  readonly clock: Clock;
  readonly metrics: AlertMetrics;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
  /** Gives [0, 1). */
  readonly random: () => number;
}

/** How late an alert that waits is seen. */
const LOOK_MS = 1_000;
/** How long others leave alone what this process took: a message takes half of it. */
const CLAIM_MS = 60_000;
const MINUTE_MS = 60_000;
/** A receiver that is away is tried at least so often, for the one alert that waits longest. */
const LONGEST_PAUSE_MS = 60_000;
/** After the outbox itself could not be used. */
const STORE_PAUSE_MS = 10_000;

/** Delivers what waits for one sink until told to end: one message after the other, none of which waits for another sink. */
export async function deliverTo(sink: OpenSink, ports: DeliveryPorts, signal: AbortSignal): Promise<void> {
  const { name, messagesPerMinute } = sink.config;
  let failures = 0;
  // Those of a message that was refused for good are tried one by one: one of them may be at fault for all.
  let alone = 0;
  const pause = (ms: number): Promise<void> => sleep(ms, undefined, { signal }).catch(() => undefined);
  while (!signal.aborted) {
    try {
      const now = ports.clock.now();
      const limit = alone > 0 ? 1 : sink.sink.maxAlerts;
      const waiting = await ports.outbox.claim(name, { now: iso(now), until: iso(now + CLAIM_MS), limit });
      if (waiting.length === 0) {
        alone = 0;
        await pause(LOOK_MS);
        continue;
      }
      alone = Math.max(0, alone - 1);
      const alerts = waiting.map(({ alert }) => alert);
      const outcome = await sink.sink.send(alerts, signal);
      // Ended in the middle, nobody knows what arrived: it is due again when the claim ends.
      if (signal.aborted && outcome.outcome === 'failed') return;
      if (outcome.outcome === 'failed' && !outcome.mayPass && waiting.length > 1) alone = waiting.length;
      await settle(name, waiting, outcome, ports);
      failures = outcome.outcome === 'failed' && outcome.mayPass ? failures + 1 : 0;
      const spacing = MINUTE_MS / messagesPerMinute;
      const away = failures === 0 ? 0 : Math.min(LONGEST_PAUSE_MS, retryDelayMs(failures, ports.random));
      await pause(Math.max(spacing, away));
    } catch (error) {
      ports.logger.error({ err: error, sink: name }, 'the outbox of alerts cannot be used now');
      await pause(STORE_PAUSE_MS);
    }
  }
}

async function settle(
  sink: string,
  waiting: readonly WaitingAlert[],
  outcome: SendOutcome,
  { outbox, clock, metrics, logger, random }: DeliveryPorts,
): Promise<void> {
  if (outcome.outcome === 'delivered') {
    await outbox.delivered(waiting.map(({ id }) => id));
    metrics.countTried(sink, 'delivered', waiting.length);
    return;
  }
  const { problem, mayPass, waitMs = 0 } = outcome;
  logger.warn({ sink, problem, alerts: waiting.length }, 'alerts are not delivered');
  const isGroup = waiting.length > 1;
  // Each has its own delay: one that is at fault for all does not come back among the same ones each time.
  for (const { id, failures } of waiting) {
    const isDead = failures + 1 >= MAX_TRIES || (!mayPass && !isGroup);
    const delay = mayPass ? Math.max(waitMs, retryDelayMs(failures + 1, random)) : 0;
    const dueAt = iso(clock.now() + (isDead ? 0 : delay));
    await outbox.failed([id], { problem, dueAt, isDead });
    metrics.countTried(sink, isDead ? 'dead' : 'failed', 1);
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
