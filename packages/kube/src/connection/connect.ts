import type { Connection } from './connection.ts';
import { inClusterConnection, isInCluster } from './in-cluster.ts';
import { type KubeconfigOptions, kubeconfigConnection } from './kubeconfig.ts';

/** A kubeconfig where one is named, by `file` or KUBECONFIG; else the pod's service account; else `~/.kube/config`. */
export async function connect(options: KubeconfigOptions = {}): Promise<Connection> {
  const named = options.file !== undefined || (process.env['KUBECONFIG'] ?? '') !== '';
  if (!named && isInCluster()) return inClusterConnection();
  return kubeconfigConnection(options);
}
