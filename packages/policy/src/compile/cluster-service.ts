import type { ServiceProtocol } from '../network/service.ts';

/** A service of the cluster, as the control plane knows it: addresses that stand for workloads. */
export interface ClusterService {
  /** Unique in the cluster: its namespace, a slash and its name. */
  readonly id: string;
  /** Its own: where whoever opens a flow to it finds it. */
  readonly addresses: readonly string[];
  readonly ports: readonly ClusterServicePort[];
  /** How many ends it has, where these are too many to be followed: then anybody may be behind it, and it has no ports here. */
  readonly tooManyEnds?: number | undefined;
}

export interface ClusterServicePort {
  readonly protocol: ServiceProtocol;
  readonly port: number;
  /** Where flows end. Pods of one service may call a port differently. */
  readonly to: readonly { readonly port: number; readonly ends: readonly ServiceEnd[] }[];
}

/** Who is behind a service. */
export interface ServiceEnd {
  readonly address: string;
  /**
   * Whether it is a pod of this cluster, and of the service's namespace: its node's agent may tell of it a little later. Others whom
   * nobody tells of are in no group.
   */
  readonly isPod: boolean;
}

const DNS_PORT = 53;

/**
 * Whether names are looked up there, wherever these are answered. Only the namespace of pods speaks for them: whoever may write services in
 * another one could else lead from this port to any of theirs.
 */
export function answersLookups({ port, to }: ClusterServicePort): boolean {
  return port === DNS_PORT && to.every(({ ends }) => ends.every(({ isPod }) => isPod));
}
