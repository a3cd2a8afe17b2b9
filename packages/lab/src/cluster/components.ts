import { join } from 'node:path';
import { DOMAIN } from './names.ts';
import { NODE_ADDRESS, SERVICE_RANGE } from './node-network.ts';

/** Whom a component is to the API server, by the token it shows. */
export const USERS = {
  admin: ['admin', 'system:masters'],
  controllers: ['system:kube-controller-manager', ''],
  scheduler: ['system:kube-scheduler', ''],
  proxy: ['system:kube-proxy', ''],
  kubelet: ['system:node:node1', 'system:nodes'],
} as const;
export type User = keyof typeof USERS;

export const NODE_NAME = 'node1';
export const API_PORT = 6443;

export interface ClusterFiles {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
  /** Signs and proves the tokens of service accounts. */
  readonly accounts: string;
  readonly tokens: string;
  /** Which of the tokens is the administrator's. */
  readonly adminToken: string;
  readonly kubeconfig: (user: User) => string;
}

export function apiServerParameters(files: ClusterFiles, etcdPort: number): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--bind-address=${NODE_ADDRESS}`,
    `--advertise-address=${NODE_ADDRESS}`,
    `--secure-port=${API_PORT}`,
    `--tls-cert-file=${files.certificate}`,
    `--tls-private-key-file=${files.key}`,
    `--token-auth-file=${files.tokens}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.accounts}`,
    `--service-account-signing-key-file=${files.accounts}`,
    `--service-cluster-ip-range=${SERVICE_RANGE}`,
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    '--kubelet-preferred-address-types=InternalIP',
    `--cert-dir=${files.folder}`,
  ];
}

export function controllerParameters(files: ClusterFiles): readonly string[] {
  return [
    `--kubeconfig=${files.kubeconfig('controllers')}`,
    `--service-account-private-key-file=${files.accounts}`,
    `--root-ca-file=${files.certificate}`,
    '--use-service-account-credentials',
    '--bind-address=127.0.0.1',
    '--leader-elect=false',
    '--port=0',
  ];
}

export function schedulerParameters(files: ClusterFiles): readonly string[] {
  return [
    `--kubeconfig=${files.kubeconfig('scheduler')}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--port=0',
  ];
}

/** Everything the kubelet would ask of a machine of its own is switched off: this one is shared. */
export function kubeletConfig(): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: NODE_ADDRESS,
    // Nobody but this network namespace reaches it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: 'AlwaysAllow' },
    cgroupDriver: 'cgroupfs',
    cgroupsPerQOS: false,
    enforceNodeAllocatable: [],
    failSwapOn: false,
    oomScoreAdj: 0,
    maxPods: 40,
    clusterDNS: [NODE_ADDRESS],
    clusterDomain: DOMAIN,
    resolvConf: '/dev/null',
    healthzBindAddress: '127.0.0.1',
    evictionHard: { 'memory.available': '100Mi', 'nodefs.available': '1%', 'imagefs.available': '1%' },
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    syncFrequency: '10s',
    volumeStatsAggPeriod: '0s',
  };
}

export function kubeletParameters(files: ClusterFiles, socket: string, sandboxImage: string): readonly string[] {
  return [
    `--config=${join(files.folder, 'kubelet.json')}`,
    `--kubeconfig=${files.kubeconfig('kubelet')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${NODE_ADDRESS}`,
    '--container-runtime=remote',
    `--container-runtime-endpoint=unix://${socket}`,
    `--root-dir=${join(files.folder, 'kubelet')}`,
    `--cert-dir=${join(files.folder, 'kubelet-pki')}`,
    `--pod-infra-container-image=${sandboxImage}`,
    // A pod whose containers are kept for their logs is not gone. Its sandbox is removed by a round of every minute even so.
    '--maximum-dead-containers-per-container=0',
  ];
}

export function proxyConfig(files: ClusterFiles): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    bindAddress: NODE_ADDRESS,
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    clientConnection: { kubeconfig: files.kubeconfig('proxy') },
    mode: 'iptables',
    // Pods share a bridge: without it an answer would go to its client directly, from an address that was not asked.
    iptables: { masqueradeAll: true },
    hostnameOverride: NODE_NAME,
    conntrack: { maxPerCore: 0 },
  };
}
