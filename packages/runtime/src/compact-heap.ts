import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

type CollectGarbage = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/**
 * Collects all garbage at once and gives the memory back to the system. Nothing else runs until it is done: a tenth of
 * a second where 35 MB live.
 *
 * V8 lets a heap grow to about three times of what lives in it before it collects, and keeps what it once took: what is read into
 * memory once, at the start, stays paid for as long as the process lives. An ordinary collection frees the objects but not their
 * pages; this one moves what lives together.
 */
export function compactHeap(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as CollectGarbage;
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
