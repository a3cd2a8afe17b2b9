import { createHash } from 'node:crypto';
import { durationMs, rulesMetBy } from './match.ts';
import type { ResponseRule } from './schema.ts';

/** Parts that the time of a rule is counted in. */
const PARTS = 60;
/** Workloads, each by a rule, whose events are being counted; of more, those counted longest ago begin anew. */
const MAX_COUNTED = 10_000;

/** Says which ResponseRules an event completes. What was counted lives as long as the counter. */
export class ResponseCounter {
  readonly #counted = new Map<string, Map<number, number>>();

  /** The rules whose condition an event fulfils, with those before it of the same workloads; `from` tells where it was seen. */
  completedBy(rules: readonly ResponseRule[], from: string, document: unknown, now: number): readonly ResponseRule[] {
    return rulesMetBy(rules, document).filter((rule) => this.#isComplete(rule, from, document, now));
  }

  #isComplete({ name, after }: ResponseRule, from: string, document: unknown, now: number): boolean {
    if (after === undefined || after.count === 1) return true;
    const { workloads } = document as { readonly workloads?: unknown };
    const key = createHash('sha256')
      .update(JSON.stringify([name, after, from, workloads]))
      .digest('base64');
    const counts = this.#counted.get(key) ?? new Map<number, number>();
    this.#counted.delete(key);
    const part = Math.floor(now / (durationMs(after.within) / PARTS));
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
