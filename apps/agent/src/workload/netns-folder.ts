import { readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type LocatedWorkload, locate } from './located.ts';

/** Where `ip netns add` puts names. */
export const NETNS_FOLDER = '/run/netns';

/** How long a new namespace may stay unprotected. */
const INTERVAL_MS = 500;
/** `NSFS_MAGIC`: a name that is not mounted yet, or no longer, is an ordinary empty file. */
const NAMESPACE_FILESYSTEM = 0x6e73_6673;

/** Every named network namespace, except those that a container runtime made for its pods. */
export function listNamedNamespaces(folder = NETNS_FOLDER): readonly LocatedWorkload[] {
  return names(folder).flatMap((name) => {
    const path = join(folder, name);
    if (!isNamespace(path)) return [];
    const workload = locate({ id: path, name, labels: {}, owners: [], netns: { path, name } });
    return workload === undefined ? [] : [workload];
  });
}

/** Reports the named namespaces once, and again after each change, until the signal aborts. */
export async function watchNamedNamespaces(
  onWorkloads: (workloads: readonly LocatedWorkload[]) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: string | undefined;
  while (!signal.aborted) {
    const workloads = listNamedNamespaces();
    const seen = JSON.stringify(workloads);
    if (seen !== last) onWorkloads(workloads);
    last = seen;
    await sleep(INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

function names(folder: string): readonly string[] {
  try {
    // Container runtimes name theirs `cni-…` and `netns-…`: those pods come with their labels from the runtime.
    return readdirSync(folder)
      .filter((name) => !/^(cni|netns)-[0-9a-f]{8}-/.test(name))
      .toSorted();
  } catch {
    return [];
  }
}

function isNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === NAMESPACE_FILESYSTEM;
  } catch {
    return false;
  }
}
