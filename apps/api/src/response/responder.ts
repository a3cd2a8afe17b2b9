import type { QuarantineRequest } from '@bulkhead/control-plane';
import { type Clock, MODES, type Mode } from '@bulkhead/core';
import { durationMs, ResponseCounter, type ResponseRule } from '@bulkhead/policy';
import type { Position, ReportedWorkload } from '@bulkhead/rpc';
import { z } from 'zod';
import type { PolicySupply } from '../policy/policy-in-force.ts';
import type { CaptureRequest } from './capture-orders.ts';

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
  readonly captures: readonly CaptureRequest[];
}

interface About {
  readonly netns: string;
  /** An id. */
  readonly workload: string;
  /** When it happened. */
  readonly mode: Mode;
}

/** Whom an event is about, as far as something can be done about it. */
const Subject = z.object({
  netns: z.string().min(1),
  mode: z.enum(MODES),
  workloads: z.array(z.object({ name: z.string(), namespace: z.string().optional() })),
});

const NOTHING: Answer = { rules: [], quarantines: [], captures: [] };

/** Of an agent, how far its events are counted. */
interface Counted {
  epoch: number;
  sequence: number;
  /** What was said of those that are not kept yet, by sequence; where it is not here, nothing was. */
  readonly answers: Map<number, Answer>;
}

/**
 * Says what ResponseRules ask for about an event. Counts are this process's own, and begin anew with it. An event that comes again,
 * since the store did not take it, is counted once.
 */
export class Responder {
  readonly #policy: Pick<PolicySupply, 'current'>;
  readonly #clock: Clock;
  readonly #counter = new ResponseCounter();
  readonly #counted = new Map<string, Counted>();

  constructor(policy: Pick<PolicySupply, 'current'>, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
  }

  answer(origin: Origin, { epoch, sequence }: Position, document: unknown): Answer {
    const counted = this.#counted.get(origin.agent) ?? { epoch: 0, sequence: 0, answers: new Map<number, Answer>() };
    if (epoch < counted.epoch) return NOTHING;
    if (epoch > counted.epoch) counted.answers.clear();
    else if (sequence <= counted.sequence) return counted.answers.get(sequence) ?? NOTHING;
    const answer = this.#answer(origin, document);
    if (answer !== NOTHING) counted.answers.set(sequence, answer);
    this.#counted.set(origin.agent, Object.assign(counted, { epoch, sequence }));
    return answer;
  }

  /** What an agent has told is kept: it does not come again. */
  kept(agent: string): void {
    this.#counted.get(agent)?.answers.clear();
  }

  #answer(origin: Origin, document: unknown): Answer {
    const { responses } = this.#policy.current.policy;
    const met = this.#counter.completedBy(responses, origin.agent, document, this.#clock.now());
    if (met.length === 0) return NOTHING;
    const rules = met.filter(({ actions }) => actions.includes('alert')).map(({ name }) => name);
    const about =
      met.some(({ actions }) => actions.some((action) => action !== 'alert')) && aboutWhom(origin, document);
    if (!about) return { ...NOTHING, rules };
    return { rules, quarantines: quarantinesFor(met, origin.node, about), captures: capturesFor(met, about) };
  }
}

/** The workload that an event is about. It may be gone since, and its path another's: only who the event names counts. */
function aboutWhom(origin: Origin, document: unknown): About | undefined {
  const subject = Subject.safeParse(document).data;
  if (subject === undefined) return undefined;
  const workload = [...origin.workloads].find(
    ({ netns, name, namespace }) =>
      netns === subject.netns && subject.workloads.some((one) => one.name === name && one.namespace === namespace),
  );
  return workload && { netns: subject.netns, workload: workload.id, mode: subject.mode };
}

function quarantinesFor(met: readonly ResponseRule[], node: string, about: About): readonly QuarantineRequest[] {
  const { netns, workload, mode } = about;
  return met
    .filter(({ actions, quarantine }) => actions.includes('quarantine') && quarantine.modes.includes(mode))
    .map(({ name: rule, quarantine: { atMost, within } }) => ({
      rule,
      node,
      netns,
      workload,
      atMost,
      withinMs: durationMs(within),
    }));
}

/** Whatever the mode: to keep packets interrupts nobody. */
function capturesFor(met: readonly ResponseRule[], { netns, workload }: About): readonly CaptureRequest[] {
  return met
    .filter(({ actions }) => actions.includes('capture'))
    .map(({ name: rule, capture: { seconds, maxBytes } }) => ({ rule, netns, workload, seconds, maxBytes }));
}
