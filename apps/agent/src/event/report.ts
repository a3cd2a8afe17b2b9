import { sensorNameOf } from '@bulkhead/dlp';
import type { InspectorEvent } from '@bulkhead/inspector';
import type { SentinelEvent } from '@bulkhead/sentinel';
import type { Agent } from '../agent.ts';
import type { AgentMetrics } from '../metrics.ts';
import { describeEvent } from './describe.ts';
import type { EventLog } from './event-log.ts';

export interface ReportPlaces {
  readonly agent: Agent;
  readonly log: EventLog;
  readonly metrics: AgentMetrics;
}

/** Counts and tells what the sentinel has seen, and how much of it was lost on the way. */
export function reportUses(places: ReportPlaces, events: readonly SentinelEvent[], lost: number): void {
  reportLost(places, lost);
  const { agent, metrics } = places;
  for (const event of events) {
    metrics.countUse(event.kind, event.verdict, event.policy);
    agent.containers.onUse(event);
  }
}

/** The same of the inspector. */
export function reportEvents(places: ReportPlaces, events: readonly InspectorEvent[], lost: number): void {
  reportLost(places, lost);
  const { agent, log, metrics } = places;
  for (const event of events) {
    if (event.kind === 'application-denied') {
      agent.onApplication(event);
      continue;
    }
    if (event.kind === 'finding') metrics.countFinding(event.detector, sensorNameOf(event.sensor), event.verdict);
    if (event.kind === 'exception') metrics.countException(event.exception);
    log.write(describeEvent(event, agent.subjectOf(event.source)));
  }
}

function reportLost({ log, metrics }: ReportPlaces, count: number): void {
  if (count === 0) return;
  metrics.countEventsLost(count);
  log.emit({ event: 'events-lost', count });
}
