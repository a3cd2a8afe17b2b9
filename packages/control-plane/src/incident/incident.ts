import type { Severity } from '@bulkhead/core';
import type { Page, PageRequest } from '../page.ts';

export const INCIDENT_STATES = ['open', 'acknowledged', 'closed'] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];

/** What a person must look at: observations of one cause. */
export interface Incident {
  readonly id: number;
  readonly kind: string;
  readonly title: string;
  readonly severity: Severity;
  readonly namespace?: string;
  readonly workload?: string;
  /** The ResponseRule that asked for it. */
  readonly rule?: string;
  readonly state: IncidentState;
  readonly count: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** The latest event of it. */
  readonly lastEvent: number;
  readonly changedBy?: string;
  readonly changedAt?: string;
  readonly note?: string;
}

export interface IncidentFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly state?: IncidentState | undefined;
}

/** Observations add to the open incident of their cause; after it was closed they open another. */
export interface IncidentStore {
  /** The latest opened first. */
  list(filter: IncidentFilter, page: PageRequest): Promise<Page<Incident>>;
  get(id: number): Promise<Incident | undefined>;
  /** `conflict`: it was closed, and another one for its cause is open. */
  change(
    id: number,
    change: {
      readonly state: IncidentState;
      readonly note?: string | undefined;
      readonly by: string;
      readonly at: string;
    },
  ): Promise<'changed' | 'absent' | 'conflict'>;
}
