import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CriClient } from '../client.ts';
import { containerdConfig, networkConfig, type Snapshotter } from './containerd-config.ts';
import { TEST_IMAGE, writeTestImage } from './image.ts';
import { type Executed, PodMaker, type PodSpec } from './pods.ts';
import { run } from './run.ts';

export type { PodSpec } from './pods.ts';

/** A containerd of its own in a network namespace of its own. Give it back with `stop`, in a `finally`. */
export interface Containerd {
  readonly socket: string;
  /** The network namespace that stands for the node. */
  readonly node: string;
  startPod(pod: PodSpec): Promise<string>;
  /** Ends a container of a pod, and starts it anew as another, as the kubelet does. */
  restartContainer(podId: string, pod: PodSpec, containerId: string): Promise<void>;
  removePod(id: string): Promise<void>;
  /** Runs a command in the first container of a pod. */
  execute(pod: string, command: readonly string[]): Promise<Executed>;
  /** Takes the images of an OCI archive. */
  importImages(archive: string): Promise<void>;
  stop(): Promise<void>;
}

const PROGRAMS = ['containerd', 'ctr', 'runc', 'nsenter', 'setpriv', 'ip', 'tar'];
const FILES = ['/usr/lib/cni/bridge', '/usr/lib/cni/host-local', '/usr/lib/cni/loopback', '/bin/busybox'];

/** Why containerd cannot run here, or undefined when it can. */
export function missingForContainerd(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = [...PROGRAMS.filter((program) => !isOnPath(program)), ...FILES.filter((file) => !exists(file))];
  return missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`;
}

const READY_POLLS = 200;

export interface ContainerdOptions {
  readonly snapshotter?: Snapshotter;
  /** Path of the mount namespace it works in; its own is the machine's. */
  readonly mounts?: string;
}

export async function startContainerd(options: ContainerdOptions = {}): Promise<Containerd> {
  const { snapshotter = 'native', mounts } = options;
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-cri-'));
  const node = `bhcri${process.pid}`;
  const path = `/run/netns/${node}`;
  const socket = join(folder, 'c.sock');
  await run('ip', ['netns', 'add', node]);
  await run('nsenter', [`--net=${path}`, 'ip', 'link', 'set', 'lo', 'up']);
  await mkdir(join(folder, 'net.d'));
  await writeFile(join(folder, 'config.toml'), containerdConfig(folder, socket, TEST_IMAGE, snapshotter));
  await writeFile(join(folder, 'net.d/10-test.conflist'), networkConfig(folder));
  // `ip netns exec` would hide the cgroup mounts from it.
  // Told to end when this process does, however that comes.
  const words = [
    '--pdeathsig',
    'TERM',
    'nsenter',
    `--net=${path}`,
    ...(mounts === undefined ? [] : [`--mount=${mounts}`]),
    'containerd',
    '--config',
    join(folder, 'config.toml'),
  ];
  const daemon = spawn('setpriv', words, { stdio: 'ignore' });
  const pods = new PodMaker(socket);

  async function stop(): Promise<void> {
    await pods.removeAll().catch(() => undefined);
    await pods.close();
    await end(daemon);
    await run('ip', ['netns', 'del', node]).catch(() => undefined);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async function importImages(archive: string): Promise<void> {
    const place = ['--address', socket, '-n', 'k8s.io'];
    await run('ctr', [...place, 'images', 'import', '--snapshotter', snapshotter, archive]);
  }

  try {
    await untilReady(socket, daemon);
    await importImages(await writeTestImage(folder));
    return {
      socket,
      node,
      startPod: (pod) => pods.start(pod),
      restartContainer: async (podId, pod, containerId) => {
        const [container] = pod.containers;
        if (container === undefined) throw new Error('the pod has no container');
        await pods.stopContainer(containerId);
        await pods.startContainer(podId, pod, container, 1);
      },
      removePod: (id) => pods.remove(id),
      execute: (pod, command) => pods.execute(pod, command),
      importImages,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady(socket: string, daemon: ChildProcess): Promise<void> {
  for (let poll = 0; poll < READY_POLLS; poll += 1) {
    if (daemon.exitCode !== null) throw new Error(`containerd ended with ${daemon.exitCode}`);
    // A client of its own each time: gRPC backs off for seconds after a first failure.
    const client = new CriClient({ socket, deadlineMs: 1_000 });
    try {
      await client.version();
      return;
    } catch {
      await sleep(100);
    } finally {
      await client.close();
    }
  }
  throw new Error('containerd did not become ready');
}

async function end(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const ended = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  await ended;
}

function isOnPath(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => exists(join(folder, program)));
}

function exists(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}
