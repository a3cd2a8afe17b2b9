import type { Workload } from '@bulkhead/core';

/** A container that runs on this node, whatever network it uses. */
export interface RunningContainer extends Workload {
  /** A process of it, as the node counts them. */
  readonly pid: number;
}
