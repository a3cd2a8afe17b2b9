import type { Clock } from '@bulkhead/core';
import type { CommandAction, CommandOutcome } from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';

/** What a ResponseRule asks for: to keep the packets of what an event is about. */
export interface CaptureRequest {
  readonly rule: string;
  readonly netns: string;
  /** One of the workloads in the network namespace. */
  readonly workload: string;
  readonly seconds: number;
  readonly maxBytes: number;
}

/** A rule has the packets of one workload kept once in so much time: what goes on does not fill the disk of its node. */
const PAUSE_MS = 10 * 60_000;

export interface CaptureOrdersOptions {
  readonly store: Pick<Store, 'audit'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
}

type Command = (action: CommandAction) => Promise<CommandOutcome>;

/**
 * Has agents keep packets as rules ask for it, at once or not at all: later they are not those that were meant. The audit
 * log has each, and what became of it.
 */
export class CaptureOrders {
  readonly #options: CaptureOrdersOptions;
  /** Since when a rule pauses for a network namespace of an agent, whatever stream it comes by; those whose pause is over are dropped with the next order. */
  readonly #since = new Map<string, number>();

  constructor(options: CaptureOrdersOptions) {
    this.#options = options;
  }

  /** Orders what does not pause. Never rejects. */
  async order(agent: string, requests: readonly CaptureRequest[], command: Command): Promise<void> {
    for (const request of requests) {
      if (!this.#begins(agent, request)) continue;
      try {
        await this.#order(request, command);
      } catch (error) {
        this.#options.logger.error({ err: error, rule: request.rule }, 'a capture by a rule is not written down');
      }
    }
  }

  #begins(agent: string, { rule, netns }: CaptureRequest): boolean {
    const now = this.#options.clock.now();
    for (const [key, since] of this.#since) if (now - since >= PAUSE_MS) this.#since.delete(key);
    const key = JSON.stringify([rule, agent, netns]);
    if (this.#since.has(key)) return false;
    this.#since.set(key, now);
    return true;
  }

  async #order({ rule, workload: workloadId, seconds, maxBytes }: CaptureRequest, command: Command): Promise<void> {
    const outcome = await command({ kind: 'capture', workloadId, seconds, maxBytes }).catch(() => undefined);
    const message = outcome?.message ?? 'its agent did not answer';
    await this.#options.store.audit.append({
      at: new Date(this.#options.clock.now()).toISOString(),
      actor: `response-rule:${rule}`,
      address: '',
      action: 'workload.action',
      target: workloadId,
      outcome: outcome?.outcome === 'done' ? 'done' : 'failed',
      detail: { kind: 'capture', seconds, maxBytes, message },
    });
  }
}
