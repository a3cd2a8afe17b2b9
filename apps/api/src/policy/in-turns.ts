import { setImmediate as others } from 'node:timers/promises';

/** Agents, and whoever asks whether the api is well, wait no longer than this and one step. */
const TURN_MS = 20;

/** Does work that comes in steps, and lets all else of the process have its turn in between. */
export async function inTurns<Result>(steps: Generator<void, Result>, turnMs = TURN_MS): Promise<Result> {
  for (let since = performance.now(); ; ) {
    const next = steps.next();
    if (next.done === true) return next.value;
    if (performance.now() - since < turnMs) continue;
    // oxlint-disable-next-line no-await-in-loop -- this is what it is for
    await others();
    since = performance.now();
  }
}
