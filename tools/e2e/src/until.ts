import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How long a cluster may take for anything: to be ready, to answer, to be rid of a pod. The last is slowest: the kubelet
 * removes what is left of a pod in rounds of a minute.
 */
export const READY_MS = 180_000;
const ASK_AGAIN_MS = 500;

/** Whether something comes about in time. Rejects with the last error where asking itself went on failing. */
export async function until(holds: () => Promise<boolean>): Promise<boolean> {
  const over = performance.now() + READY_MS;
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
