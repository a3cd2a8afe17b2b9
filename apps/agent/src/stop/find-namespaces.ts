import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { namespaceKey, nodeNamespaceKey } from '../workload/located.ts';
import { isNamespace, NETNS_FOLDER } from '../workload/netns-folder.ts';

/**
 * A path to every network namespace of this machine that a process is in or that has a name, whoever made it; not to the node's own.
 * In a container that has processes of its own only, just the named ones are found.
 */
export function findNamespaces(): readonly string[] {
  const processes = names('/proc').filter((name) => /^\d+$/.test(name));
  const paths = [
    ...names(NETNS_FOLDER)
      .map((name) => join(NETNS_FOLDER, name))
      .filter(isNamespace),
    ...processes.map((id) => `/proc/${id}/ns/net`),
  ];
  const found = new Map<string, string>();
  for (const path of paths) {
    const key = namespaceKey(path);
    if (key !== undefined && key !== nodeNamespaceKey() && !found.has(key)) found.set(key, path);
  }
  return [...found.values()];
}

function names(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
