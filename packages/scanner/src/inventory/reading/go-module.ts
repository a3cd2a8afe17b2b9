/** A module path as a purl splits it: the last segment is the name, host and the others before it the namespace. */
export function goModule(path: string): { readonly namespace?: string; readonly name: string } {
  const slash = path.lastIndexOf('/');
  return slash === -1 ? { name: path } : { namespace: path.slice(0, slash), name: path.slice(slash + 1) };
}
