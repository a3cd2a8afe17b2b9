import type { ContainerWorkload } from '@bulkhead/cri';
import { type LocatedWorkload, locate } from './located.ts';

export interface ContainerWatchOptions {
  readonly socket: string;
  readonly signal: AbortSignal;
  readonly onWorkloads: (workloads: readonly LocatedWorkload[]) => void;
  readonly onError: (error: unknown) => void;
}

/** Reports the containers of a CRI runtime once and after each change, until the signal aborts. */
export async function watchContainers({ socket, signal, onWorkloads, onError }: ContainerWatchOptions): Promise<void> {
  // Loaded here: gRPC costs memory that an agent without containers need not spend.
  const { CriClient, watchWorkloads } = await import('@bulkhead/cri');
  const client = new CriClient({ socket });
  try {
    await watchWorkloads(client, {
      signal,
      onWorkloads: (containers) => onWorkloads(containers.flatMap(toWorkload)),
      onError,
    });
  } finally {
    await client.close();
  }
}

/** A container on the node's own network is no workload: rules there would hold for the whole node. */
function toWorkload(container: ContainerWorkload): readonly LocatedWorkload[] {
  if (container.hostNetwork) return [];
  const { id, kind, name, namespace, pod, labels, netns } = container;
  const workload = locate({
    id,
    name,
    namespace,
    labels,
    owners: [{ kind: 'Pod', name: pod }],
    netns: { path: netns },
  });
  return workload === undefined ? [] : [kind === 'pod' ? { ...workload, isPod: true } : workload];
}
