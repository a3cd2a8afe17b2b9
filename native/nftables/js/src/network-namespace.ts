/**
 * Which network namespace to work in: a path such as `/run/netns/shop` or `/proc/42/ns/net`, the name of one made by
 * `ip netns add`, the process whose namespace is meant, or `'own'` for that of this process.
 */
export type NetworkNamespace = string | { readonly name: string } | { readonly pid: number };

/** The path of a namespace, or an empty string for the own one. */
export function namespacePath(namespace: NetworkNamespace): string {
  if (typeof namespace === 'string') return namespace === 'own' ? '' : absolute(namespace);
  if ('pid' in namespace) return `/proc/${positive(namespace.pid)}/ns/net`;
  return `/run/netns/${plainName(namespace.name)}`;
}

function absolute(path: string): string {
  if (!path.startsWith('/') || path.includes('\0')) throw new RangeError(`not the path of a namespace: '${path}'`);
  return path;
}

function positive(pid: number): number {
  if (!Number.isSafeInteger(pid) || pid <= 0) throw new RangeError(`not a process id: ${pid}`);
  return pid;
}

function plainName(name: string): string {
  if (!/^[^/\0]+$/.test(name) || name === '.' || name === '..') {
    throw new RangeError(`not the name of a namespace: '${name}'`);
  }
  return name;
}
