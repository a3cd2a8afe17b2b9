import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inspectState, NftablesError, protect, type QueueVia, release } from '@bulkhead/nftables';
import type { Steering, SteeringRequest } from './ports.ts';

/** Steers by nftables, and by xtables where the kernel's nftables cannot queue. */
export class KernelSteering implements Steering {
  #queueVia: QueueVia | undefined;

  /** Which of the kernel's ways to the queue was taken; unknown before the first namespace. */
  get queueVia(): QueueVia | undefined {
    return this.#queueVia;
  }

  async protect(netns: string, request: SteeringRequest): Promise<void> {
    const { queueVia } = await protect(netns, request);
    this.#queueVia = queueVia;
  }

  async release(netns: string): Promise<void> {
    try {
      await release(netns);
    } catch (error) {
      // A namespace that is gone took its rules with it.
      if (!(error instanceof NftablesError && error.code === 'NAMESPACE_UNAVAILABLE')) throw error;
    }
  }

  async releaseAbandoned(netns: string): Promise<void> {
    if ((await inspectState(netns)).status === 'absent' || (await hasListener(netns))) return;
    await this.release(netns);
  }
}

/** Whether some process answers for a queue of the namespace. The kernel lists one line for each that is bound. */
async function hasListener(netns: string): Promise<boolean> {
  const queues = '/proc/self/net/netfilter/nfnetlink_queue';
  const { stdout } = await promisify(execFile)('nsenter', [`--net=${netns}`, 'cat', queues]);
  return stdout.trim() !== '';
}
