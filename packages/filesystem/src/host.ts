import { machine, release } from 'node:os';
import { type Reader, scanTree, type TreeScan, type TreeScanOptions } from '@bulkhead/scanner';
import { openTree } from './open-tree.ts';

/** Where runtimes keep the roots and images of containers, which are scanned as such and not as parts of the machine. */
export const CONTAINER_STORES = [
  'run/containerd',
  'run/docker',
  'var/lib/containerd',
  'var/lib/containers/storage',
  'var/lib/docker',
  'var/lib/kubelet/pods',
  'var/lib/lxc',
  'var/lib/lxd',
  'var/lib/machines',
  'var/lib/rancher/k3s/agent/containerd',
  'var/snap/microk8s/common/var/lib/containerd',
];

export interface HostOptions extends TreeScanOptions {
  /** The machine's root, where it is mounted into a container: `/host`. The kernel is the same. */
  readonly root?: string;
  /** Folders to leave out besides, as paths from the root. */
  readonly leaveOut?: readonly string[];
}

/** Scans this machine: its root without the kernel's, the network's and containers' file systems, and the kernel that runs. */
export async function scanHost(
  readers: readonly Reader[],
  { root = '/', leaveOut = [], ...options }: HostOptions = {},
): Promise<TreeScan> {
  const tree = openTree(root, {
    leaveOut: [...CONTAINER_STORES, ...leaveOut],
    leaveOutMounts: ['network', 'container'],
  });
  const scan = await scanTree(tree, readers, options);
  return { ...scan, inventory: { ...scan.inventory, kernel: { release: release(), machine: machine() } } };
}
