import { createHash } from 'node:crypto';
import type { Clock } from '@bulkhead/core';
import { durationMs, type ResponseRule, rulesMetBy } from '@bulkhead/policy';
import type { PolicySupply } from '../policy/policy-in-force.ts';

/** Parts that the time of a rule is counted in. */
const PARTS = 60;
/** Workloads, each by a rule, whose events are being counted; of more, those counted longest ago begin anew. */
const MAX_COUNTED = 10_000;

/** Says which ResponseRules an event completes. Counts are this process's own, and begin anew with it. */
export class Responder {
  readonly #policy: Pick<PolicySupply, 'current'>;
  readonly #clock: Clock;
  readonly #counted = new Map<string, Map<number, number>>();

  constructor(policy: Pick<PolicySupply, 'current'>, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  /** The names of the rules with the action alert whose condition an event of an agent fulfils, with those before it. */
  rulesFor(agent: string, document: unknown): readonly string[] {
    return rulesMetBy(this.#policy.current.policy.responses, document)
      .filter((rule) => rule.actions.includes('alert') && this.#isComplete(rule, agent, document))
      .map(({ name }) => name);
  }

  #isComplete(rule: ResponseRule, agent: string, document: unknown): boolean {
    const { name, after } = rule;
    if (after === undefined || after.count === 1) return true;
    const { workloads } = document as { readonly workloads?: unknown };
    const key = createHash('sha256')
      .update(JSON.stringify([name, after, agent, workloads]))
      .digest('base64');
    const counts = this.#counted.get(key) ?? new Map<number, number>();
    this.#counted.delete(key);
    const part = Math.floor(this.#clock.now() / (durationMs(after.within) / PARTS));
    for (const old of counts.keys()) if (old <= part - PARTS) counts.delete(old);
    counts.set(part, (counts.get(part) ?? 0) + 1);
    const sum = [...counts.values()].reduce((all, count) => all + count, 0);
    // Once it is told, it is counted from the beginning.
    if (sum >= after.count) return true;
    this.#counted.set(key, counts);
    const [oldest] = this.#counted.keys();
    if (this.#counted.size > MAX_COUNTED && oldest !== undefined) this.#counted.delete(oldest);
    return false;
  }
}
