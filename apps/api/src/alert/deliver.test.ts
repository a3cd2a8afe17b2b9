import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AlertSink, SendOutcome } from '@bulkhead/alert-sinks';
import { AlertSinkConfig } from '@bulkhead/alert-sinks';
import type { Alert } from '@bulkhead/alerts';
import { systemClock } from '@bulkhead/core';
import { createLogger, createMetrics } from '@bulkhead/runtime';
import { openStore, type Store } from '@bulkhead/store';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApiMetrics } from '../metrics.ts';
import { deliverTo } from './deliver.ts';
import type { OpenSink } from './open-sinks.ts';
import { raiseOnce } from './raise.ts';

let folder: string;
let store: Store;
let ended: AbortController;
let running: Promise<void>[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bulkhead-deliver-'));
  store = await openStore({ file: join(folder, 'store.db') });
  await store.agents.enrol({ id: 'agent-1', node: 'node-1', enrolledAt: new Date().toISOString() });
  ended = new AbortController();
  running = [];
});
afterEach(async () => {
  ended.abort();
  await Promise.all(running);
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

/** A sink whose receiver answers as `answer` says. */
function sinkOf(
  name: string,
  answer: (alerts: readonly Alert[], signal: AbortSignal) => Promise<SendOutcome>,
): OpenSink {
  const config = AlertSinkConfig.parse({ name, kind: 'syslog', host: 'x', messagesPerMinute: 6_000, maxAlerts: 10 });
  const sink: AlertSink = { maxAlerts: 10, send: answer };
  return { config, sink };
}

const DELIVERED = { outcome: 'delivered' } as const;

/** Has so many incidents told to some sinks, and begins to deliver. */
async function deliver(pods: readonly string[], ...sinks: readonly OpenSink[]): Promise<void> {
  const events = pods.map((pod, index) => ({
    sequence: index + 1,
    document: { event: 'workload-failed', problem: 'x', workloads: [{ name: 'web', namespace: 'shop', pod }] },
  }));
  await store.events.append({ agent: 'agent-1', epoch: 1, events }, new Date().toISOString());
  const metrics = createApiMetrics(createMetrics({ processMetrics: false })).alerts;
  const ports = { outbox: store.alerts, clock: systemClock, metrics, logger: createLogger('api', 'fatal') };
  const byName = new Map(sinks.map((sink) => [sink.config.name, sink]));
  await raiseOnce({ ...ports, sinks: byName, repeatMs: 60_000 }, false);
  running = sinks.map((sink) => deliverTo(sink, { ...ports, random: () => 0 }, ended.signal));
}

const pods = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `web-${index}`);
const WAIT = { timeout: 30_000, interval: 50 };

describe('delivery', () => {
  it('puts what waits together, and forgets what arrived', async () => {
    const messages: (readonly Alert[])[] = [];
    const sink = sinkOf('a', async (alerts) => {
      messages.push(alerts);
      return DELIVERED;
    });
    await deliver(pods(25), sink);

    await expect.poll(() => store.alerts.counts(), WAIT).toEqual([]);
    expect(messages.map(({ length }) => length)).toEqual([10, 10, 5]);
    expect(new Set(messages.flat().map(({ id }) => id)).size).toBe(25);
  });

  it('goes on to every other sink while one does not answer', async () => {
    const taken: Alert[] = [];
    const stuck = sinkOf(
      'stuck',
      (_, signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ outcome: 'failed', problem: 'ended', mayPass: true }));
        }),
    );
    const well = sinkOf('well', async (alerts) => {
      taken.push(...alerts);
      return DELIVERED;
    });
    await deliver(pods(25), stuck, well);

    await vi.waitFor(() => expect(taken).toHaveLength(25), WAIT);
    await expect.poll(() => store.alerts.counts(), WAIT).toEqual([{ sink: 'stuck', waiting: 25, dead: 0 }]);
  });

  it('finds the one alert that is refused for good among those of its message', async () => {
    const taken: Alert[] = [];
    const sink = sinkOf('a', async (alerts) => {
      if (alerts.some(({ workload }) => workload === 'web-3')) {
        return { outcome: 'failed', problem: 'not this one', mayPass: false };
      }
      taken.push(...alerts);
      return DELIVERED;
    });
    await deliver(pods(12), sink);

    await expect.poll(() => store.alerts.counts(), WAIT).toEqual([{ sink: 'a', waiting: 0, dead: 1 }]);
    expect(taken).toHaveLength(11);
    const [dead] = await store.alerts.dead({ limit: 5 });
    expect(dead).toMatchObject({ sink: 'a', problem: 'not this one', alert: { workload: 'web-3' } });
  });

  it('tries again what may pass, with the identifier that it had', async () => {
    const tried: string[] = [];
    const sink = sinkOf('a', async ([alert]) => {
      tried.push(alert?.id ?? '');
      return tried.length === 1 ? { outcome: 'failed', problem: 'later', mayPass: true } : DELIVERED;
    });
    await deliver(pods(1), sink);

    await expect.poll(() => store.alerts.counts(), WAIT).toEqual([]);
    expect(tried).toEqual([tried[0], tried[0]]);
  });
});
