import type { Owner } from '@bulkhead/core';

/** A workload somewhere in the cluster, as the control plane knows it. */
export interface ClusterWorkload {
  /** Unique in the cluster and stable while the workload runs. */
  readonly id: string;
  readonly name: string;
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
  /** The name of the node it runs on. */
  readonly node: string;
  /** How peers reach it: its own addresses, and those of the services in front of it. Empty while it has none. */
  readonly addresses: readonly string[];
}
