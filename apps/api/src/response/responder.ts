import type { QuarantineRequest } from '@bulkhead/control-plane';
import { type Clock, MODES } from '@bulkhead/core';
import { durationMs, ResponseCounter, type ResponseRule } from '@bulkhead/policy';
import type { ReportedWorkload } from '@bulkhead/rpc';
import { z } from 'zod';
import type { PolicySupply } from '../policy/policy-in-force.ts';

/** Where an event was seen: the agent, its node, and what runs there now. */
export interface Origin {
  readonly agent: string;
  readonly node: string;
  readonly workloads: Iterable<ReportedWorkload>;
}

/** What ResponseRules ask for about an event. */
export interface Answer {
  /** Names of those that ask for an alert. */
  readonly rules: readonly string[];
  readonly quarantines: readonly QuarantineRequest[];
}

/** Whom an event is about, as far as something can be done about it. */
const Subject = z.object({
  netns: z.string().min(1),
  mode: z.enum(MODES),
  workloads: z.array(z.object({ name: z.string(), namespace: z.string().optional() })),
});

const NOTHING: Answer = { rules: [], quarantines: [] };

/** Says what ResponseRules ask for about an event. Counts are this process's own, and begin anew with it. */
export class Responder {
  readonly #policy: Pick<PolicySupply, 'current'>;
  readonly #clock: Clock;
  readonly #counter = new ResponseCounter();

  constructor(policy: Pick<PolicySupply, 'current'>, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  answer(origin: Origin, document: unknown): Answer {
    const { responses } = this.#policy.current.policy;
    const met = this.#counter.completedBy(responses, origin.agent, document, this.#clock.now());
    if (met.length === 0) return NOTHING;
    return {
      rules: met.filter(({ actions }) => actions.includes('alert')).map(({ name }) => name),
      quarantines: quarantinesFor(met, origin, document),
    };
  }
}

function quarantinesFor(met: readonly ResponseRule[], origin: Origin, document: unknown): readonly QuarantineRequest[] {
  const rules = met.filter(({ actions }) => actions.includes('quarantine'));
  const subject = rules.length === 0 ? undefined : Subject.safeParse(document).data;
  if (subject === undefined) return [];
  // It may be gone since, and its path another's: only who the event names is cut off.
  const workload = [...origin.workloads].find(
    ({ netns, name, namespace }) =>
      netns === subject.netns && subject.workloads.some((one) => one.name === name && one.namespace === namespace),
  );
  if (workload === undefined) return [];
  return rules
    .filter(({ quarantine }) => quarantine.modes.includes(subject.mode))
    .map(({ name: rule, quarantine: { atMost, within } }) => ({
      rule,
      node: origin.node,
      netns: subject.netns,
      workload: workload.id,
      atMost,
      withinMs: durationMs(within),
    }));
}
