import type { Selectable } from '../selection/select.ts';

/** A workload somewhere in the cluster, as the control plane knows it. */
export interface ClusterWorkload extends Selectable {
  /** Unique in the cluster and stable while the workload runs. */
  readonly id: string;
  /** The name of the node it runs on. */
  readonly node: string;
  /** Its own. Empty while it has none. */
  readonly addresses: readonly string[];
}
