import type { ServiceProtocol } from '../network/service.ts';

/** A service of the cluster, as the control plane knows it: addresses that stand for workloads. */
export interface ClusterService {
  /** Unique in the cluster. */
  readonly id: string;
  /** Its own: where whoever opens a flow to it finds it. */
  readonly addresses: readonly string[];
  readonly ports: readonly ClusterServicePort[];
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
  /** Whether it is a pod of this cluster: its node's agent may tell of it a little later. Others are nobody in any group. */
  readonly isPod: boolean;
}
