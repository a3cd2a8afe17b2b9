/**
 * The labels of a container over those of its pod. In one order, whatever order the runtime sends: it differs from answer
 * to answer, and what is followed by comparing must not seem to change.
 */
export function joinLabels(
  pod: ReadonlyMap<string, string>,
  container: ReadonlyMap<string, string>,
): Readonly<Record<string, string>> {
  return Object.fromEntries([...new Map([...pod, ...container])].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
