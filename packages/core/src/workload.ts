/** A thing that owns a workload, nearest first: a pod, its ReplicaSet, its Deployment. */
export interface Owner {
  readonly kind: string;
  readonly name: string;
}

/** A running unit that policy speaks about: a pod's container, a plain container, or a network namespace. */
export interface Workload {
  /** Stable while the workload runs: a container id, or the path of a network namespace. */
  readonly id: string;
  /** The container's name, or the name of the network namespace. */
  readonly name: string;
  /** The orchestrator's namespace; absent where there is no orchestrator. */
  readonly namespace?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly owners: readonly Owner[];
  readonly netns: NetworkNamespace;
}

export interface NetworkNamespace {
  /** A path that can be opened, such as `/run/netns/shop` or `/proc/123/ns/net`. */
  readonly path: string;
  /** The name under `/run/netns`, where it has one. */
  readonly name?: string;
}
