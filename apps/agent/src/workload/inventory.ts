import { watchContainers } from './containers.ts';
import type { LocatedWorkload } from './located.ts';
import { watchNamedNamespaces } from './netns-folder.ts';
import type { RunningContainer } from './running-container.ts';

export interface InventoryOptions {
  readonly cri?: string | undefined;
  readonly netns: boolean;
  readonly signal: AbortSignal;
  /** Told once every source has reported, and after each change. */
  readonly onWorkloads: (workloads: readonly LocatedWorkload[], containers: readonly RunningContainer[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Every workload of this node, from all sources. A container that also has a named namespace counts as the container. */
export async function watchInventory({ cri, netns, signal, onWorkloads, onError }: InventoryOptions): Promise<void> {
  let located: readonly LocatedWorkload[] | undefined;
  let running: readonly RunningContainer[] = [];
  let named: readonly LocatedWorkload[] | undefined;
  const tell = (): void => {
    if ((cri !== undefined && located === undefined) || (netns && named === undefined)) return;
    onWorkloads([...(located ?? []), ...unclaimed(named ?? [], located ?? [])], running);
  };
  const onContainers = (workloads: readonly LocatedWorkload[], containers: readonly RunningContainer[]): void => {
    [located, running] = [workloads, containers];
    tell();
  };
  const onNamed = (workloads: readonly LocatedWorkload[]): void => {
    named = workloads;
    tell();
  };
  await Promise.all([
    cri === undefined ? undefined : watchContainers({ socket: cri, signal, onError, onContainers }),
    netns ? watchNamedNamespaces(onNamed, signal) : undefined,
  ]);
}

function unclaimed(
  named: readonly LocatedWorkload[],
  containers: readonly LocatedWorkload[],
): readonly LocatedWorkload[] {
  const claimed = new Set(containers.map((container) => container.netnsKey));
  return named.filter((workload) => !claimed.has(workload.netnsKey));
}
