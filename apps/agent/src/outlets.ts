import { hostname } from 'node:os';
import { createMetrics, type Metrics } from '@bulkhead/runtime';
import manifest from '../package.json' with { type: 'json' };
import type { AgentConfig } from './config.ts';
import { createEventLog, type EventLog } from './event/event-log.ts';
import { withOcsf } from './event/ocsf.ts';
import { type AgentMetrics, createAgentMetrics } from './metrics.ts';

/** Where the agent tells what happens. */
export interface Outlets {
  readonly registry: Metrics;
  readonly metrics: AgentMetrics;
  readonly log: EventLog;
  /** Has somebody else get every event too, in place of whoever got them before. */
  readonly tee: (take: (event: object) => void) => void;
}

export function openOutlets(config: AgentConfig): Outlets {
  const registry = createMetrics();
  const metrics = createAgentMetrics(registry);
  const source = { version: manifest.version, node: config.controlPlane?.node ?? hostname() };
  let take: ((event: object) => void) | undefined;
  const log = createEventLog(process.stdout, {
    onLost: (count) => metrics.countEventsLost(count),
    ...(config.events.findings === 'ocsf' && { render: (event) => withOcsf(event, source) }),
    onEvent: (event) => take?.(event),
  });
  const tee: Outlets['tee'] = (to) => {
    take = to;
  };
  return { registry, metrics, log, tee };
}
