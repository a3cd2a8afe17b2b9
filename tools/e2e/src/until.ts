import { setTimeout as sleep } from 'node:timers/promises';

/** How long all of a cluster may take to be ready; what is ready answers within a third of it. */
export const READY_MS = 180_000;
const ASK_AGAIN_MS = 500;

/** Whether something comes about in time. Rejects with the last error where asking itself went on failing. */
export async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const over = performance.now() + READY_MS / 3;
  for (;;) {
    const late = performance.now() > over;
    try {
      if (await holds()) return true;
      if (late) return false;
    } catch (error) {
      if (late) throw error;
    }
    await sleep(ASK_AGAIN_MS);
  }
}
