import { createHash } from 'node:crypto';
import type { IncidentSeed } from '../event/observe.ts';
import type { QuarantineRequest } from './quarantine.ts';

/** The incident of a workload that a rule cut off. */
export function incidentOfQuarantine({ rule, node, netns }: QuarantineRequest, event: string): IncidentSeed {
  return {
    fingerprint: hash(['quarantine', rule, node, netns]),
    kind: 'quarantined',
    title: `cut off by the response rule ${rule}: ${event}`,
    severity: 'high',
    rule,
  };
}

/** The kind of incident that a rule has stopped. */
export const STOP_KIND = 'response-rule-stopped';

/** The incident of a rule that was about to cut off too much. While it is not closed, the rule cuts off nobody. */
export function incidentOfStop({ rule, atMost, withinMs }: QuarantineRequest): IncidentSeed {
  return {
    fingerprint: stopFingerprint(rule),
    kind: STOP_KIND,
    title: `the response rule ${rule} stopped: it would have cut off more than ${atMost} workloads in ${withinMs / 1_000} s`,
    severity: 'critical',
    rule,
  };
}

/** What tells the incident of a rule that stopped from all others. */
export function stopFingerprint(rule: string): string {
  return hash(['response-rule-stopped', rule]);
}

function hash(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
