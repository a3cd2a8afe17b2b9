import {
  changeFirewall,
  type Firewall,
  LOG_GROUP,
  type LoggedPacket,
  NftablesError,
  openLog,
  protect,
  type QueueVia,
  release,
} from '@bulkhead/nftables';
import type { Steering, SteeringRequest } from './ports.ts';
import { tracesIn } from './traces.ts';

/** Told packets are looked into no further: an answer of DNS over UDP is the longest that is. */
const MAX_TOLD_BYTES = 4_096;

/** Hears what rules tell. `overruns`: how often some was lost, because the agent did not read in time. */
export type ToldListener = (key: string, packets: readonly LoggedPacket[], overruns: number) => void;

/** Steers by nftables, and by xtables where the kernel's nftables cannot queue. */
export class KernelSteering implements Steering {
  #queueVia: QueueVia | undefined;
  readonly #onTold: ToldListener;

  constructor(onTold: ToldListener) {
    this.#onTold = onTold;
  }

  /** Which of the kernel's ways to the queue was taken; unknown before the first namespace. */
  get queueVia(): QueueVia | undefined {
    return this.#queueVia;
  }

  async protect(netns: string, request: SteeringRequest): Promise<void> {
    const { queueVia } = await protect(netns, request);
    this.#queueVia = queueVia ?? this.#queueVia;
  }

  changeFirewall(netns: string, before: Firewall, after: Firewall): Promise<void> {
    return changeFirewall(netns, before, after);
  }

  openLog(key: string, netns: string): { readonly close: () => void } {
    return openLog(netns, {
      group: LOG_GROUP,
      maxPacketBytes: MAX_TOLD_BYTES,
      onPackets: (packets, overruns) => this.#onTold(key, packets, overruns),
    });
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
    if ((await tracesIn(netns)) === 'abandoned') await this.release(netns);
  }
}
