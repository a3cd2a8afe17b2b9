import type { Alert } from './alert.ts';

/** An alert that a sink has not taken yet. */
export interface WaitingAlert {
  readonly id: number;
  readonly alert: Alert;
  /** How often it was tried in vain. */
  readonly failures: number;
}

/** An alert that a sink did not take, and that only a person can do something about. */
export interface DeadAlert extends WaitingAlert {
  readonly sink: string;
  /** Why the last try failed. */
  readonly problem: string;
  readonly diedAt: string;
}

/** How many alerts there are for a sink. */
export interface AlertCount {
  readonly sink: string;
  readonly waiting: number;
  readonly dead: number;
}

export interface RaiseRequest {
  readonly now: string;
  /** An incident that went on is told of again when the last alert about it is older than this; never if not given. */
  readonly repeatBefore?: string | undefined;
  /** Incidents at most. */
  readonly limit: number;
  /** Who is to get an alert. */
  readonly sinksFor: (alert: Alert) => readonly string[];
  readonly newId: () => string;
}

export interface RaiseOutcome {
  /** Incidents that were looked at; `limit` of them means that there may be more. */
  readonly seen: number;
  readonly raised: number;
  /** Alerts that a sink does not get, having too many waiting already; by sink. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** Of one sink: a receiver that is away for days must not fill the store. */
export const MAX_WAITING = 10_000;

/**
 * Alerts between the moment they are raised and the moment they are delivered: kept, so that no end of a process loses one.
 * Several processes may work on one outbox.
 */
export interface AlertOutbox {
  /** Makes alerts of incidents that are new or went on, one for each sink that is to have it: all of it or nothing. */
  raise(request: RaiseRequest): Promise<RaiseOutcome>;
  /** Takes alerts of a sink that are due, and keeps others from taking them until `until`; then they are due again. */
  claim(
    sink: string,
    claim: { readonly now: string; readonly until: string; readonly limit: number },
  ): Promise<readonly WaitingAlert[]>;
  /** Forgets what was delivered. */
  delivered(ids: readonly number[]): Promise<void>;
  /** Notes failed tries: due again at `dueAt`, or dead at that time. */
  failed(
    ids: readonly number[],
    failure: { readonly problem: string; readonly dueAt: string; readonly isDead: boolean },
  ): Promise<void>;
  counts(): Promise<readonly AlertCount[]>;
  /** The latest first; `before` is the identifier of the last one of the portion before. */
  dead(filter: {
    readonly sink?: string | undefined;
    readonly before?: number | undefined;
    readonly limit: number;
  }): Promise<readonly DeadAlert[]>;
  /** Has dead alerts tried anew: one, all of a sink, or all. Gives how many. */
  revive(which: { readonly id?: number | undefined; readonly sink?: string | undefined }, now: string): Promise<number>;
  /** Forgets dead alerts: one, all of a sink, or all. Gives how many. */
  drop(which: { readonly id?: number | undefined; readonly sink?: string | undefined }): Promise<number>;
  /** Forgets what died, or has waited for a sink that is no more, before a time. Gives how many. */
  prune(before: string): Promise<number>;
}
