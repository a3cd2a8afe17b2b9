import type { RuleVerdict } from '@bulkhead/core';
import type { ContainerFilter, ContainerStore, ContainerSum } from '../container/container.ts';

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

/** A program that a container runs, summed up over all its pods. */
export interface Program extends ContainerSum, ProgramObservation {}

export interface ProgramFilter extends ContainerFilter {
  readonly executable?: string | undefined;
}

export type ProgramStore = ContainerStore<ProgramFilter, Program>;
