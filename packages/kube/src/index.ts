export {
  type ApplyOptions,
  KubeClient,
  type ListOptions,
  type NamedObject,
  type ObjectName,
  type Page,
  type WriteOptions,
} from './client/client.ts';
export { KubeObject, keyOf, objectKey } from './client/object.ts';
export { apiVersionOf, pathOf, RESOURCES, type Resource } from './client/resource.ts';
export { connect } from './connection/connect.ts';
export type { Authorization, Connection } from './connection/connection.ts';
export {
  type InClusterOptions,
  inClusterConnection,
  isInCluster,
  SERVICE_ACCOUNT_FOLDER,
} from './connection/in-cluster.ts';
export { type KubeconfigOptions, kubeconfigConnection } from './connection/kubeconfig.ts';
export { asKubeError, KubeError, type KubeErrorCode } from './error.ts';
export { Backoff } from './watch/backoff.ts';
export { type ObjectEvent, type ObjectWatch, type WatchOptions, watchObjects } from './watch/watch-objects.ts';
