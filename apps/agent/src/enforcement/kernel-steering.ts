import { errorText } from '@bulkhead/core';
import {
  changeFirewall,
  countFlows,
  countsFlows,
  type Firewall,
  hasTraces,
  LOG_GROUP,
  type LoggedPacket,
  NftablesError,
  openLog,
  protect,
  type QueueVia,
  release,
  stopCountingFlows,
} from '@bulkhead/nftables';
import type { Kept, Steering, SteeringRequest } from './ports.ts';
import { tracesIn } from './traces.ts';

/** Told packets are looked into no further: an answer of DNS over UDP is the longest that is. */
const MAX_TOLD_BYTES = 4_096;

/** Hears what rules tell. `overruns`: how often some was lost, because the agent did not read in time. */
export type ToldListener = (key: string, packets: readonly LoggedPacket[], overruns: number) => void;

export interface KernelSteeringOptions {
  readonly onTold: ToldListener;
  readonly countsFlows: boolean;
  /** For people: flows of a namespace cannot be counted. */
  readonly onProblem: (problem: string) => void;
}

/** Steers by nftables, and by xtables where the kernel's nftables cannot queue. */
export class KernelSteering implements Steering {
  #queueVia: QueueVia | undefined;
  readonly #options: KernelSteeringOptions;

  constructor(options: KernelSteeringOptions) {
    this.#options = options;
  }

  get countsFlows(): boolean {
    return this.#options.countsFlows;
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
      onPackets: (packets, overruns) => this.#options.onTold(key, packets, overruns),
    });
  }

  async count(netns: string): Promise<boolean> {
    try {
      if (this.countsFlows) await countFlows(netns);
      else if (await countsFlows(netns)) await stopCountingFlows(netns);
      return this.countsFlows;
    } catch (error) {
      if (!isGone(error)) this.#options.onProblem(`flows in ${netns} are not counted: ${errorText(error)}`);
      return false;
    }
  }

  async release(netns: string, kept: Kept): Promise<void> {
    try {
      await release(netns);
      if (kept === 'nothing' || !this.countsFlows) await stopCountingFlows(netns);
    } catch (error) {
      // A namespace that is gone took its rules with it.
      if (!isGone(error)) throw error;
    }
  }

  async releaseAbandoned(netns: string, kept: Kept): Promise<void> {
    // Who belongs to what takes programs to find out, and each namespace that was only watched has counts after a restart.
    if (kept === 'counts' && this.countsFlows && !(await hasTraces(netns))) return;
    if ((await tracesIn(netns)) === 'abandoned') await this.release(netns, kept);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof NftablesError && error.code === 'NAMESPACE_UNAVAILABLE';
}
