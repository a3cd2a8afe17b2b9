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
export {
  type CustomResourceDefinition,
  customResourceDefinitions,
  relaxationsOf,
  VERSION_ANNOTATION,
} from './crd/definition.ts';
export { type InstalledDefinition, type InstallOptions, installDefinitions } from './crd/install.ts';
export { POLICY_KINDS, type PolicyKind, policyKind } from './crd/policy-kinds.ts';
export { asKubeError, KubeError, type KubeErrorCode } from './error.ts';
export { type ElectionOptions, runElection } from './lease/elect.ts';
export { controllerOf, type OwnerOf, type OwnerReference, ownerChain } from './owner/owner-chain.ts';
export { type OwnerWatch, type WatchOwnersOptions, watchOwners } from './owner/watch-owners.ts';
export type { FoundStatus } from './policy/policy-object.ts';
export { type Enforcement, type PolicyStatus, policyStatus } from './policy/policy-status.ts';
export type { CheckPolicies, PolicyVersion } from './policy/settle.ts';
export {
  type ClusterPolicies,
  type PolicyState,
  type PolicyWatch,
  type WatchPoliciesOptions,
  watchPolicies,
} from './policy/watch-policies.ts';
export { type WriteStatusesOptions, writeStatuses } from './policy/write-statuses.ts';
export { type ServiceWatch, type WatchServicesOptions, watchServices } from './service/watch-services.ts';
export { Backoff } from './watch/backoff.ts';
export { type ObjectEvent, type ObjectWatch, type WatchOptions, watchObjects } from './watch/watch-objects.ts';
