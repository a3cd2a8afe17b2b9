import type { LearntUse } from './learnt-use.ts';

/** A program that a container was seen to run, summed up over its runs. */
export interface LearntProgram extends LearntUse {
  /** Absolute path, as the container sees it. */
  readonly executable: string;
  /** Number of the user; absent where nobody knows. */
  readonly user?: number;
  /** Absent where nobody knows. */
  readonly fromImage?: boolean;
}
