/**
 * How many each may keep so that all together have no more than `most`: those with fewer keep all of theirs, and what they leave is
 * for the others. Infinite where nobody has to give anything up.
 */
export function fairShare(counts: readonly number[], most: number): number {
  let left = most;
  for (const [index, count] of counts.toSorted((a, b) => a - b).entries()) {
    const share = Math.floor(left / (counts.length - index));
    if (count > share) return share;
    left -= count;
  }
  return Infinity;
}
