import type { RuleVerdict } from '@bulkhead/core';
import type { Page, PageRequest } from '../page.ts';

/** What an agent saw of a program in a container since it last told. */
export interface ProgramObservation {
  /** Absolute path, as the container sees it. */
  readonly executable: string;
  /** Number of the user, as the machine counts; absent where it could not be told any more. */
  readonly user?: number;
  /** Whether it is a file of the image, as the image has it; absent where nobody knows. */
  readonly fromImage?: boolean;
  readonly verdict: RuleVerdict;
  /** How often it was run. */
  readonly count: number;
}

/** Who runs programs: a container of whatever runs it. The pods of a deployment are one. */
export interface ProgramPlace {
  readonly namespace?: string;
  /** As flows call it. */
  readonly workload: string;
  readonly container: string;
}

/** A program that a container runs, summed up over all its pods. */
export interface Program extends ProgramPlace, ProgramObservation {
  readonly id: number;
  /** Names of the groups that selected the container when it was last told of, sorted. */
  readonly groups: readonly string[];
  readonly firstSeen: string;
  readonly lastSeen: string;
}

export interface ProgramFilter {
  readonly namespaces?: readonly string[] | undefined;
  readonly workload?: string | undefined;
  readonly executable?: string | undefined;
  readonly verdict?: RuleVerdict | undefined;
  /** Last seen at or after. */
  readonly since?: string | undefined;
}

/** How long programs are kept: both hold. */
export interface ProgramRetention {
  readonly seenBefore: string;
  readonly maxPrograms: number;
}

export interface ProgramStore {
  /** The latest seen first. */
  list(filter: ProgramFilter, page: PageRequest): Promise<Page<Program>>;
  /** At most `limit` of those seen at or after `since`, as they came to be known, after one: whoever reads on misses none. */
  inOrder(after: number, since: string, limit: number): Promise<readonly Program[]>;
  /** Forgets at most `limit` of those that need not be kept, those not seen for longest first; gives how many. */
  prune(retention: ProgramRetention, limit: number): Promise<number>;
}
