/**
 * All that can be reached from the roots. Lock files that do not mark what only development needs say it by their graph:
 * what production does not reach is for development.
 */
export function reachableFrom<Node>(roots: Iterable<Node>, next: (node: Node) => Iterable<Node>): ReadonlySet<Node> {
  const reached = new Set<Node>(roots);
  // A set visits what is added to it while it is walked, each once.
  for (const node of reached) for (const other of next(node)) reached.add(other);
  return reached;
}
