/** Twice as many as workloads whose shares are certain: a node has 110 pods, unless its kubelet is told otherwise. */
const SHARES = 512;

/**
 * How much more one that has `own` may have, where all have `all` and may have `most`. Half of that is for who comes
 * first; beyond it none has more than a small share, so that a few do not take the room of all others. Up to 256 are
 * refused nothing that is within their shares.
 */
export function sharedRoom(own: number, all: number, most: number): number {
  const early = Math.floor(most / 2) - all;
  const ofShare = Math.floor(most / SHARES) - own;
  return Math.max(0, Math.min(Math.max(early, ofShare), most - all));
}
