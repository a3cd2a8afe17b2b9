export { type Certificate, makeCertificate } from './certificate.ts';
export { type Cluster, clusterMissing, startCluster } from './cluster/cluster.ts';
export { type ApiAnswer, type ControlPlaneOptions, TestControlPlane } from './control-plane.ts';
export {
  type Outcome,
  type RequestOptions,
  request,
  type ServerOptions,
  startServer,
  startSteadyClient,
} from './http.ts';
export { type Line, LineProcess, type WaitOptions } from './line-process.ts';
export { createNetwork, type Host, type Network, removeAbandoned, type Shape } from './network.ts';
export { run, runIn } from './run.ts';
export { COSIGN_VERSIONS, type CosignOutcome, type CosignVersion, cosign, cosignMissing } from './service/cosign.ts';
export { type Daemon, type DaemonOptions, freePort, startDaemon } from './service/daemon.ts';
export { type KubeApi, kubeApiMissing, startKubeApi } from './service/kube-api.ts';
export type { KubeAnswer } from './service/kube-request.ts';
export { type KubeconfigOptions, kubeconfigOf } from './service/kubeconfig.ts';
export { type PostgresServer, postgresMissing, startPostgres } from './service/postgres.ts';
export { type RedisServer, redisMissing, startRedis } from './service/redis.ts';
export { addReferrersApi, type ReferrersApi } from './service/referrers-api.ts';
export {
  type PushedArtifact,
  type PushedLayer,
  type RegistryServer,
  registryMissing,
  type SignPayload,
  startRegistry,
} from './service/registry.ts';
export { type SigstoreServices, startSigstoreServices } from './service/sigstore/services.ts';
export { createSigstore, type KeylessOptions, type Sigstore } from './service/sigstore/sigstore.ts';
export { tarOf } from './service/tar.ts';
export { type Checks, type Conclusion, runStep, type StepResult } from './step.ts';
export { renderSteps } from './steps-table.ts';
export { undocumentedKeys } from './undocumented-keys.ts';
