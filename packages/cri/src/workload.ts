/** A running container and the network namespace its pod lives in. */
export interface ContainerWorkload {
  readonly id: string;
  /** The container's name in its pod. */
  readonly name: string;
  readonly namespace: string;
  readonly pod: string;
  readonly podId: string;
  /** The pod's labels, with the container's own on top. */
  readonly labels: Readonly<Record<string, string>>;
  readonly pid: number;
  /** A path that opens the network namespace. Containers of one pod have the same. */
  readonly netns: string;
  /** The pod uses the node's own network: nothing may be installed there in its name. */
  readonly hostNetwork: boolean;
}
