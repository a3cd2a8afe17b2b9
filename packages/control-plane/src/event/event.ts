import type { Page, PageRequest } from '../page.ts';

/** An event as an agent sent it: its place in the agent's sequence and what it says. */
export interface SequencedEvent {
  /** Rises by one within an epoch. */
  readonly sequence: number;
  readonly document: unknown;
}

/** Events of one agent in one epoch, which begins when the agent's spool does. In ascending order. */
export interface EventBatch {
  readonly agent: string;
  readonly epoch: string;
  readonly events: readonly SequencedEvent[];
}

/** One observation. */
export interface StoredEvent {
  readonly id: number;
  readonly agent: string;
  /** When it was observed, by the agent's clock. */
  readonly at: string;
  readonly receivedAt: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly workload?: string;
  readonly document: Readonly<Record<string, unknown>>;
}

export interface EventFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly kind?: string | undefined;
  readonly workload?: string | undefined;
  /** Received at or after. */
  readonly since?: string | undefined;
  /** Received before. */
  readonly until?: string | undefined;
}

/** How long events are kept: both hold. */
export interface EventRetention {
  readonly receivedBefore: string;
  readonly maxEvents: number;
}

export interface EventStore {
  /**
   * Keeps those events of a batch that are new, what follows for flows and incidents, and how far the agent has come: all
   * or nothing. Gives the last sequence that is kept now, which is what may be acknowledged.
   */
  append(batch: EventBatch, receivedAt: string): Promise<{ readonly stored: number; readonly acknowledged: number }>;
  /** The last sequence of an epoch that is kept; 0 when none is. */
  acknowledged(agent: string, epoch: string): Promise<number>;
  /** The latest received first. */
  list(filter: EventFilter, page: PageRequest): Promise<Page<StoredEvent>>;
  get(id: number): Promise<StoredEvent | undefined>;
  /** Forgets at most `limit` of those that need not be kept, oldest first; gives how many. */
  prune(retention: EventRetention, limit: number): Promise<number>;
}
