import { type FSWatcher, readdirSync, statfsSync, watch } from 'node:fs';
import { join } from 'node:path';
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
  const changes = new FolderChanges(folder);
  signal.addEventListener('abort', () => changes.close(), { once: true });
  let last: string | undefined;
  while (!signal.aborted) {
    const workloads = listNamedNamespaces(folder);
    const seen = JSON.stringify(workloads);
    if (seen !== last) onWorkloads(workloads);
    last = seen;
    await changes.next();
  }
}

/** Says when to look at a folder again: soon after it changed, and now and then. */
class FolderChanges {
  readonly #folder: string;
  #watcher: FSWatcher | undefined;
  #looksLeft = 0;
  #wake: () => void = () => undefined;
  #isClosed = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async next(): Promise<void> {
    this.#watch();
    if (this.#isClosed) return;
    const withinMs = this.#looksLeft > 0 ? SOON_MS : INTERVAL_MS;
    this.#looksLeft = Math.max(0, this.#looksLeft - 1);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#watcher?.close();
    this.#wake();
  }

  /** The folder is made with the first name: until then there is nothing to watch. */
  #watch(): void {
    if (this.#watcher !== undefined || this.#isClosed) return;
    try {
      const watcher = watch(this.#folder, () => {
        this.#looksLeft = LOOKS;
        this.#wake();
      });
      watcher.on('error', () => {
        watcher.close();
        this.#watcher = undefined;
      });
      this.#watcher = watcher;
    } catch {
      this.#watcher = undefined;
    }
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
