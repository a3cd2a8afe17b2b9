import type { KnownWorkload, Quarantine } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';
import type { CommandAction, CommandOutcome, ReportedWorkload } from '@bulkhead/rpc';
import type { Logger } from '@bulkhead/runtime';
import type { Store } from '@bulkhead/store';

export interface QuarantineOrdersOptions {
  readonly store: Pick<Store, 'quarantines' | 'audit'>;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'error'>;
}

/** An agent as far as it can be told to cut something off. */
export interface Ordered {
  readonly node: string;
  readonly workloads: () => Iterable<ReportedWorkload>;
  /** Rejects when the agent does not answer. */
  readonly command: (action: CommandAction) => Promise<CommandOutcome>;
}

/** What a person has an agent do about quarantine. */
export type SettledByPerson = { readonly kind: 'quarantine'; readonly reason: string } | { readonly kind: 'release' };

/**
 * Has one agent do what is kept about quarantine: what is kept is done at last, whenever the agent or the api was away.
 * An agent takes the same command again for granted.
 */
export class QuarantineOrders {
  readonly #options: QuarantineOrdersOptions;
  readonly #agent: Ordered;
  #last: Promise<void> = Promise.resolve();
  /** What has not begun, and sees all that is kept by then. */
  #waiting: { readonly which: 'open' | 'all'; readonly done: Promise<void> } | undefined;

  constructor(options: QuarantineOrdersOptions, agent: Ordered) {
    this.#options = options;
    this.#agent = agent;
  }

  /** Orders what is not done yet; `all`: also what was done, for an agent that may have lost it. One after the other. */
  carryOut(which: 'open' | 'all'): Promise<void> {
    // Of an agent that is slow to answer there is always one at most, however many events ask.
    if (this.#waiting !== undefined && (which === 'open' || this.#waiting.which === 'all')) return this.#waiting.done;
    const begin = (): Promise<void> => {
      if (this.#waiting?.done === done) this.#waiting = undefined;
      return this.#carryOut(which);
    };
    const done = this.#last.then(begin).catch((error: unknown) => {
      this.#options.logger.error({ err: error, node: this.#agent.node }, 'quarantine cannot be ordered now');
    });
    this.#waiting = { which, done };
    this.#last = done;
    return done;
  }

  /**
   * Has the agent do what a person wants, and keeps it; nothing when it does not answer. Waits for what is being ordered: a
   * release is not overtaken by an order from before it.
   */
  settle(workload: KnownWorkload, action: SettledByPerson, by: string): Promise<CommandOutcome | undefined> {
    const settled = this.#last.then(() => this.#settle(workload, action, by));
    this.#last = settled.then(
      () => undefined,
      () => undefined,
    );
    return settled;
  }

  async #settle(
    { id, node, netns = id }: KnownWorkload,
    action: SettledByPerson,
    by: string,
  ): Promise<CommandOutcome | undefined> {
    const { store, clock } = this.#options;
    const outcome = await this.#agent.command({ ...action, workloadId: id }).catch(() => undefined);
    if (outcome?.outcome !== 'done') return outcome;
    const at = new Date(clock.now()).toISOString();
    if (action.kind === 'release') {
      await store.quarantines.end({ node, netns }, by, at);
    } else {
      const cause = { kind: 'person', name: by } as const;
      await store.quarantines.add({ node, netns, workload: id, cause, reason: action.reason, since: at });
    }
    return outcome;
  }

  async #carryOut(which: 'open' | 'all'): Promise<void> {
    const kept = await this.#options.store.quarantines.ofNode(this.#agent.node);
    for (const quarantine of kept) if (which === 'all' || quarantine.state !== 'done') await this.#order(quarantine);
  }

  async #order(quarantine: Quarantine): Promise<void> {
    const { id, netns, reason } = quarantine;
    const { store } = this.#options;
    const there = [...this.#agent.workloads()].find((workload) => workload.netns === netns);
    // Gone, or not told of yet: whatever comes into the namespace again is cut off.
    if (there === undefined) return;
    const action: CommandAction = { kind: 'quarantine', workloadId: there.id, reason };
    const outcome = await this.#agent.command(action).catch(() => undefined);
    // It did not answer: what is kept is ordered again when it is back.
    if (outcome === undefined) return;
    const isDone = outcome.outcome === 'done';
    // Before it is noted: an entry that is there twice is better than none.
    if (quarantine.state === 'wanted' || (isDone && quarantine.state === 'failed')) {
      await this.#audit(quarantine, there.id, outcome);
    }
    await store.quarantines.note(id, isDone ? 'done' : 'failed', isDone ? undefined : outcome.message);
  }

  async #audit({ cause, reason }: Quarantine, target: string, { outcome, message }: CommandOutcome): Promise<void> {
    await this.#options.store.audit.append({
      at: new Date(this.#options.clock.now()).toISOString(),
      actor: cause.kind === 'rule' ? `response-rule:${cause.name}` : cause.name,
      address: '',
      action: 'workload.action',
      target,
      outcome: outcome === 'done' ? 'done' : 'failed',
      detail: { kind: 'quarantine', reason, outcome, ...(outcome !== 'done' && { problem: message }) },
    });
  }
}
