import { type FSWatcher, readdirSync, statfsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { Bell } from '@bulkhead/runtime';
import { type LocatedWorkload, locate } from './located.ts';

/** Where `ip netns add` puts names. */
export const NETNS_FOLDER = '/run/netns';

/** How long a new namespace may go unnoticed where the kernel does not tell of changes in the folder. */
const INTERVAL_MS = 500;
/** A name is there before the namespace is mounted on it, which nobody tells of: it is looked at again so often. */
const SOON_MS = 10;
const LOOKS = 30;
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
  folder = NETNS_FOLDER,
): Promise<void> {
  const bell = new Bell({ everyMs: INTERVAL_MS, soonMs: SOON_MS, looks: LOOKS });
  const changes = new FolderChanges(folder, () => bell.ring());
  let last: string | undefined;
  while (!signal.aborted) {
    changes.listen();
    const workloads = listNamedNamespaces(folder);
    const seen = JSON.stringify(workloads);
    if (seen !== last) onWorkloads(workloads);
    last = seen;
    await bell.wait(signal);
  }
  changes.close();
}

/** Tells of changes in a folder that may not be there yet. */
class FolderChanges {
  readonly #folder: string;
  readonly #onChange: () => void;
  #watcher: FSWatcher | undefined;

  constructor(folder: string, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  /** Tells of changes from now on, where it can. The folder is made with the first name: until then nothing is watched. */
  listen(): void {
    if (this.#watcher !== undefined) return;
    try {
      const watcher = watch(this.#folder, this.#onChange);
      watcher.on('error', () => this.close());
      this.#watcher = watcher;
    } catch {
      // Tried again with the next look.
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
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

/** Whether a name has its namespace mounted on it. */
export function isNamespace(path: string): boolean {
  try {
    return statfsSync(path).type === NAMESPACE_FILESYSTEM;
  } catch {
    return false;
  }
}
