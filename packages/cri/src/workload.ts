/** A running container and the network namespace its pod lives in. Or a pod of which none runs: its sandbox is there before. */
export interface ContainerWorkload {
  readonly kind: 'container' | 'pod';
  /** Of the container, or of the pod's sandbox. */
  readonly id: string;
  /** The container's name in its pod, or the pod's. */
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podId: string;
  /** The pod's labels, with the container's own on top where there is one. */
  readonly labels: Readonly<Record<string, string>>;
  readonly pid: number;
  /** A path that opens the network namespace. Containers of one pod have the same. */
  readonly netns: string;
  /** The pod uses the node's own network: nothing may be installed there in its name. */
  readonly hostNetwork: boolean;
}
