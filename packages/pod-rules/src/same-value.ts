import type { Value } from './object.ts';

/** Deeper than any object of Kubernetes; what nests deeper counts as different. */
const MAX_DEPTH = 100;

/** Whether two values hold the same: what is absent is as null, and the order of keys means nothing. */
export function sameValue(a: Value, b: Value, depth = 0): boolean {
  if (depth > MAX_DEPTH || a.exists !== b.exists || a.scalar !== b.scalar) return false;
  const [items, others] = [a.items(), b.items()];
  if (items.length !== others.length) return false;
  if (!items.every((item, index) => sameValue(item, others[index] ?? item, depth + 1))) return false;
  const keys = new Set([...a.keys(), ...b.keys()]);
  return [...keys].every((key) => sameValue(a.get(key), b.get(key), depth + 1));
}
