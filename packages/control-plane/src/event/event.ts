import type { FileReport } from '../file/observe-files.ts';
import type { FlowReport } from '../flow/observe-flows.ts';
import type { Page, PageRequest } from '../page.ts';
import type { ProgramReport } from '../program/observe-programs.ts';
import type { QuarantineRequest } from '../quarantine/quarantine.ts';

/** An event as an agent sent it: its place in the agent's sequence and what it says. */
export interface SequencedEvent {
  /** Rises by one within an epoch. */
  readonly sequence: number;
  readonly document: unknown;
  /** The ResponseRules that ask for an alert about it; none if absent. */
  readonly rules?: readonly string[];
  /** What ResponseRules ask to be cut off because of it; nothing if absent. */
  readonly quarantines?: readonly QuarantineRequest[];
  /** What it says of flows, if anything: that is kept instead of it, and it too where not all of it is understood. */
  readonly flows?: FlowReport;
  /** The same of programs. */
  readonly programs?: ProgramReport;
  /** The same of files. */
  readonly files?: FileReport;
}

/** Where an agent's events are: ordered by epoch, which is a life of its spool, then by sequence. */
export interface EventPosition {
  readonly epoch: number;
  readonly sequence: number;
}

/** Events of one agent in one epoch, in ascending order. */
export interface EventBatch {
  readonly agent: string;
  readonly epoch: number;
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
   * Keeps those events of a batch that come after what is kept, what follows for flows and incidents, and how far the agent
   * has come: all or nothing. Gives where it is now, which is what may be acknowledged.
   */
  append(batch: EventBatch, receivedAt: string): Promise<{ readonly stored: number; readonly position: EventPosition }>;
  /** The last event of an agent that is kept; nothing when none is. */
  position(agent: string): Promise<EventPosition | undefined>;
  /** The latest received first. */
  list(filter: EventFilter, page: PageRequest): Promise<Page<StoredEvent>>;
  get(id: number): Promise<StoredEvent | undefined>;
  /** Forgets at most `limit` of those that need not be kept, oldest first; gives how many. */
  prune(retention: EventRetention, limit: number): Promise<number>;
}
