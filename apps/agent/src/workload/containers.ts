import type { ContainerWorkload } from '@bulkhead/cri';
import { type LocatedWorkload, locate } from './located.ts';
import type { RunningContainer } from './running-container.ts';

export interface ContainerWatchOptions {
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly onContainers: (workloads: readonly LocatedWorkload[], containers: readonly RunningContainer[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Reports the containers of a CRI runtime once and after each change, until the signal aborts. */
export async function watchContainers({ socket, signal, onContainers, onError }: ContainerWatchOptions): Promise<void> {
  // Loaded here: gRPC costs memory that an agent without containers need not spend.
  const { CriClient, watchWorkloads } = await import('@bulkhead/cri');
  const client = new CriClient({ socket });
  try {
    await watchWorkloads(client, {
      signal,
      onWorkloads: (found) => onContainers(found.flatMap(toWorkload), found.filter(isContainer).map(toContainer)),
      onError,
    });
  } finally {
    await client.close();
  }
}

/** A container on the node's own network has no namespace of its own: rules there would hold for the whole node. */
function toWorkload(container: ContainerWorkload): readonly LocatedWorkload[] {
  if (container.hostNetwork) return [];
  const { pid: _, ...workload } = toContainer(container);
  const located = locate(workload);
  return located === undefined ? [] : [container.kind === 'pod' ? { ...located, isPod: true } : located];
}

function isContainer({ kind }: ContainerWorkload): boolean {
  return kind === 'container';
}

function toContainer({ id, name, namespace, pod, labels, netns, pid }: ContainerWorkload): RunningContainer {
  return { id, name, namespace, labels, owners: [{ kind: 'Pod', name: pod }], netns: { path: netns }, pid };
}
