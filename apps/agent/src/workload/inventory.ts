import { watchContainers } from './containers.ts';
import type { LocatedWorkload } from './located.ts';
import { watchNamedNamespaces } from './netns-folder.ts';

export interface InventoryOptions {
  readonly cri?: string | undefined;
  readonly netns: boolean;
  readonly signal: AbortSignal;
  /** Told once every source has reported, and after each change. */
  readonly onWorkloads: (workloads: readonly LocatedWorkload[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Every workload of this node, from all sources. A container that also has a named namespace counts as the container. */
export async function watchInventory({ cri, netns, signal, onWorkloads, onError }: InventoryOptions): Promise<void> {
  const sources: (readonly LocatedWorkload[] | undefined)[] = [];
  const source = (index: number) => (workloads: readonly LocatedWorkload[]) => {
    sources[index] = workloads;
    const [containers = [], named = []] = sources;
    if ((cri === undefined || sources[0] !== undefined) && (!netns || sources[1] !== undefined)) {
      onWorkloads([...containers, ...unclaimed(named, containers)]);
    }
  };
  await Promise.all([
    cri === undefined ? undefined : watchContainers({ socket: cri, signal, onError, onWorkloads: source(0) }),
    netns ? watchNamedNamespaces(source(1), signal) : undefined,
  ]);
}

function unclaimed(
  named: readonly LocatedWorkload[],
  containers: readonly LocatedWorkload[],
): readonly LocatedWorkload[] {
  const claimed = new Set(containers.map((container) => container.netnsKey));
  return named.filter((workload) => !claimed.has(workload.netnsKey));
}
