import { connect, KubeClient } from '@bulkhead/kube';
import type { Shutdown } from '@bulkhead/runtime';
import type { ApiConfig } from '../config.ts';

/** A cluster that the api is part of. */
export interface Cluster {
  readonly client: KubeClient;
  readonly namespace: string;
}

/** Connects to the cluster, where the configuration needs one. */
export async function joinCluster({ policy, kubernetes }: ApiConfig, shutdown: Shutdown): Promise<Cluster | undefined> {
  const { kubeconfig, namespace, enrolmentSecret, webhookSecret, authoritySecret } = kubernetes;
  const secrets = [enrolmentSecret, webhookSecret, authoritySecret];
  const isWanted = policy.source === 'cluster' || secrets.some((name) => name !== undefined);
  if (!isWanted) return undefined;
  const client = new KubeClient(await connect(kubeconfig === undefined ? {} : { file: kubeconfig }));
  shutdown.onClose('cluster', () => client.close());
  return { client, namespace: namespace ?? client.connection.namespace };
}
