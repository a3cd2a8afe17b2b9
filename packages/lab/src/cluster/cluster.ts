import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Containerd, missingForContainerd, startContainerd, TEST_IMAGE } from '@bulkhead/cri/test-support';
import { type Daemon, startDaemon } from '../service/daemon.ts';
import { ETCD, etcdParameters, kubeApiMissing, programPath } from '../service/kube-api.ts';
import { askKube, type KubeAddress, type KubeAnswer, kubeReady } from '../service/kube-request.ts';
import {
  API_PORT,
  apiServerParameters,
  type ClusterFiles,
  controllerParameters,
  kubeletConfig,
  kubeletParameters,
  NODE_NAME,
  proxyConfig,
  schedulerParameters,
} from './components.ts';
import { writeFiles } from './files.ts';
import { DNS_SERVER, startNames } from './names.ts';
import { makeNodeNetwork, NODE_ADDRESS } from './node-network.ts';
import { removePodLogs } from './pod-logs.ts';

/** A Kubernetes cluster of one node, in a network namespace that stands for the node. Give it back with `remove`. */
export interface Cluster {
  /** Path of the node's network namespace. */
  readonly node: string;
  /** An administrator's, for programs that run in the node's network namespace. */
  readonly kubeconfig: string;
  /** A kubectl of the same version. */
  readonly kubectl: string;
  /** The CRI socket. */
  readonly containerd: string;
  /** An image that is there: busybox, which sleeps unless told otherwise. */
  readonly image: string;
  /** Asks the API server as an administrator. */
  ask(method: string, path: string, body?: object): Promise<KubeAnswer>;
  /** Takes the images of an OCI archive. */
  importImages(archive: string): Promise<void>;
  /** Ends everything and removes what it left behind. */
  remove(): Promise<void>;
}

const PROGRAMS = ['kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl'];
const READY_MS = 120_000;
const ETCD_PORTS = [2379, 2380] as const;

/** Why no cluster can be started here; nothing when one can. */
export function clusterMissing(): string | undefined {
  const why = missingForContainerd() ?? kubeApiMissing();
  if (why !== undefined) return why;
  if (!existsSync(DNS_SERVER)) return `${DNS_SERVER} is missing (Debian: dnsmasq-base)`;
  const missing = PROGRAMS.map(beside).filter((path) => !existsSync(path));
  return missing.length === 0 ? undefined : `${missing.join(', ')}: missing; tools/cluster/kubernetes.sh builds them`;
}

/** Starts a cluster: etcd, API server, controllers, scheduler, containerd, kubelet, kube-proxy and a DNS server. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-cluster-'));
  const started: (() => Promise<void>)[] = [];
  const remove = async (): Promise<void> => {
    for (const end of started.splice(0).toReversed()) await end();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const mounts = await startMounts();
    started.push(() => mounts.stop());
    const space = `/proc/${mounts.pid}/ns/mnt`;
    const containerd = await startContainerd({ snapshotter: 'overlayfs', mounts: space });
    started.push(() => containerd.stop());
    const node = `/run/netns/${containerd.node}`;
    await makeNodeNetwork(node);
    const files = await writeFiles(folder);
    const address = await startControlPlane(node, files, started);
    const ask: Cluster['ask'] = (method, path, body) => askKube(address, method, path, body);
    await startNode({ node, mounts: space }, files, containerd, ask, started);
    return {
      node,
      kubeconfig: files.kubeconfig('admin'),
      kubectl: beside('kubectl'),
      containerd: containerd.socket,
      image: TEST_IMAGE,
      ask,
      importImages: (archive) => containerd.importImages(archive),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function startControlPlane(
  node: string,
  files: ClusterFiles,
  started: (() => Promise<void>)[],
): Promise<KubeAddress> {
  const { folder } = files;
  const start = starter(node, started);
  await start('etcd', ETCD, etcdParameters(folder, ...ETCD_PORTS));
  await start('kube-apiserver', programPath(), apiServerParameters(files, ETCD_PORTS[0]));
  const socket = join(folder, 'api.sock');
  await start('relay', process.execPath, [
    join(import.meta.dirname, 'relay.ts'),
    socket,
    NODE_ADDRESS,
    String(API_PORT),
  ]);
  const address = { host: NODE_ADDRESS, port: socket, token: files.adminToken, ca: readFileSync(files.certificate) };
  await until('the API server', () => kubeReady(address));
  await start('kube-controller-manager', beside('kube-controller-manager'), controllerParameters(files));
  await start('kube-scheduler', beside('kube-scheduler'), schedulerParameters(files));
  return address;
}

async function startNode(
  { node, mounts }: { readonly node: string; readonly mounts: string },
  files: ClusterFiles,
  { socket }: Containerd,
  ask: Cluster['ask'],
  started: (() => Promise<void>)[],
): Promise<void> {
  const { folder } = files;
  const start = starter(node, started);
  await mkdir(join(folder, 'hosts'));
  const names = await startNames({ node, folder: join(folder, 'hosts'), ask });
  started.push(() => names.stop());
  await writeFile(join(folder, 'proxy.json'), JSON.stringify(proxyConfig(files)));
  await start('kube-proxy', beside('kube-proxy'), [`--config=${join(folder, 'proxy.json')}`]);
  await writeFile(join(folder, 'kubelet.json'), JSON.stringify(kubeletConfig()));
  started.push(() => removePodLogs(ask));
  const kubelet = [beside('kubelet'), ...kubeletParameters(files, socket, TEST_IMAGE)];
  await start('kubelet', 'nsenter', [`--mount=${mounts}`, ...kubelet]);
  await until('the node', async () => {
    const { body } = await ask('GET', `/api/v1/nodes/${NODE_NAME}`);
    const { status } = body as {
      readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
    };
    const ready = status?.conditions?.find(({ type }) => type === 'Ready');
    if (ready?.status !== 'True') throw new Error(`it is not ready: ${JSON.stringify(body).slice(0, 2_000)}`);
    const account = await ask('GET', '/api/v1/namespaces/default/serviceaccounts/default');
    if (account.status !== 200) throw new Error('no service account was made');
  });
}

/**
 * A process that holds a mount namespace in which mounts are shared with containers that ask for it, as on most machines:
 * what containerd and the kubelet mount is seen there alone, and goes with it.
 */
async function startMounts(): Promise<Daemon> {
  const program = 'unshare';
  const parameters = ['--mount', '--propagation', 'shared', 'sleep', 'infinity'];
  const daemon = await startDaemon({ name: 'mounts', program, parameters, isReady: () => Promise.resolve() });
  await until('the mount namespace', async () => {
    if ((await readFile(`/proc/${daemon.pid}/comm`, 'utf8')).trim() !== 'sleep') throw new Error('not yet');
  });
  return daemon;
}

function starter(
  node: string,
  started: (() => Promise<void>)[],
): (name: string, program: string, parameters: readonly string[]) => Promise<Daemon> {
  return async (name, program, parameters) => {
    const daemon = await startDaemon({
      name,
      program: 'nsenter',
      parameters: [`--net=${node}`, program, ...parameters],
      isReady: () => Promise.resolve(),
    });
    started.push(() => daemon.stop());
    return daemon;
  };
}

function beside(program: string): string {
  return join(dirname(programPath()), program);
}

async function until(what: string, holds: () => Promise<void>): Promise<void> {
  const over = performance.now() + READY_MS;
  for (;;) {
    try {
      await holds();
      return;
    } catch (cause) {
      if (performance.now() > over) throw new Error(`${what} is not ready in time`, { cause });
    }
    await sleep(200);
  }
}
