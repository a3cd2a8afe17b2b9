import { errorLine, MODES } from '@bulkhead/core';
import { durationMs, ResponseCounter, type ResponseRule } from '@bulkhead/policy';
import { z } from 'zod';
import type { CapturePlace } from '../capture/command-captures.ts';
import type { NewAgentEvent } from '../event/agent-event.ts';
import type { Held, QuarantineContent, QuarantineFile } from './quarantine-file.ts';

/** A rule has the packets of one namespace kept once in so much time: what goes on does not fill the disk. */
const CAPTURE_PAUSE_MS = 10 * 60_000;
/** What rules of one node hold; a rule that would cut off more stops. A kubelet runs some hundred pods. */
const MAX_HELD = 4_096;

const Subject = z.object({ netns: z.string(), mode: z.enum(MODES) });

/** A network namespace as rules act on it. */
export interface ResponsePlace extends CapturePlace {
  readonly names: readonly string[];
}

export interface LocalResponsesOptions {
  readonly file: QuarantineFile;
  readonly rules: readonly ResponseRule[];
  readonly now: () => number;
  readonly emit: (event: NewAgentEvent) => void;
  /** The namespace at a path; nothing where it is gone. */
  readonly placeAt: (path: string) => ResponsePlace | undefined;
  /** Cuts these off and no others. */
  readonly quarantine: (names: ReadonlySet<string>) => void;
  readonly capture: (
    place: CapturePlace,
    seconds: number,
    maxBytes: number,
  ) => Promise<{ readonly outcome: string; readonly message: string }>;
  readonly onProblem: (problem: string) => void;
}

/**
 * Enforces the ResponseRules of an agent that has no control plane: what it says itself is what they are about. Who was
 * cut off stays so, over restarts, as long as the policy has the rule.
 */
export class LocalResponses {
  readonly #options: LocalResponsesOptions;
  readonly #counter = new ResponseCounter();
  readonly #captured = new Map<string, number>();
  #rules: readonly ResponseRule[];
  #content: QuarantineContent;

  /** Throws when what was cut off before cannot be read. */
  constructor(options: LocalResponsesOptions) {
    this.#options = options;
    this.#rules = options.rules;
    this.#content = this.#standing(options.file.read());
  }

  /** What is cut off. */
  get quarantined(): ReadonlySet<string> {
    return new Set(this.#content.held.flatMap(({ names }) => names));
  }

  /** Goes by other rules: who was cut off by one that is gone is let out. */
  setRules(rules: readonly ResponseRule[]): void {
    this.#rules = rules;
    this.#keep(this.#standing(this.#content));
  }

  /** Takes in what the agent says, once it is said. */
  take(event: object): void {
    const { now, placeAt } = this.#options;
    const met = this.#counter.completedBy(this.#rules, '', event, now());
    const asked = met.filter(({ actions }) => actions.some((action) => action !== 'alert'));
    if (asked.length === 0) return;
    const subject = Subject.safeParse(event).data;
    const place = subject && placeAt(subject.netns);
    if (subject === undefined || place === undefined) return;
    for (const rule of asked) {
      if (rule.actions.includes('capture')) void this.#capture(rule, place);
      if (!rule.actions.includes('quarantine') || !rule.quarantine.modes.includes(subject.mode)) continue;
      this.#quarantine(rule, place, (event as { readonly event: string }).event);
    }
  }

  #quarantine(rule: ResponseRule, place: ResponsePlace, event: string): void {
    const { held, stopped } = this.#content;
    const { emit, now } = this.#options;
    const isHeld = held.some(({ names }) => names.some((name) => place.names.includes(name)));
    if (isHeld || stopped[rule.name] !== undefined) return;
    const { atMost, within } = rule.quarantine;
    const from = now() - durationMs(within);
    const counted = held.filter((one) => one.rule === rule.name && one.since > from).length;
    if (counted >= atMost || held.length >= MAX_HELD) {
      this.#keep({ held, stopped: { ...stopped, [rule.name]: JSON.stringify(rule) } });
      emit({ event: 'response-rule-stopped', rule: rule.name, atMost, within });
      return;
    }
    const reason = `the response rule ${rule.name}: ${event}`;
    const { path: netns, names } = place;
    this.#keep({ held: [...held, { rule: rule.name, since: now(), reason, netns, names: [...names] }], stopped });
    emit({ event: 'quarantined', rule: rule.name, reason, ...place.subject });
  }

  async #capture({ name: rule, capture: { seconds, maxBytes } }: ResponseRule, place: ResponsePlace): Promise<void> {
    const { now, capture, emit } = this.#options;
    for (const [key, since] of this.#captured) if (now() - since >= CAPTURE_PAUSE_MS) this.#captured.delete(key);
    const key = JSON.stringify([rule, place.key]);
    if (this.#captured.has(key)) return;
    this.#captured.set(key, now());
    const { outcome, message } = await capture(place, seconds, maxBytes);
    if (outcome !== 'done')
      emit({ event: 'capture-failed', problem: `the response rule ${rule}: ${message}`, ...place.subject });
  }

  /** What of it the rules of now still stand for. A rule that stopped goes on when it is another. */
  #standing({ held, stopped }: QuarantineContent): QuarantineContent {
    const quarantining = this.#rules.filter(({ actions }) => actions.includes('quarantine'));
    const names = new Set(quarantining.map(({ name }) => name));
    const same = new Map(quarantining.map((rule) => [rule.name, JSON.stringify(rule)]));
    return {
      held: held.filter(({ rule }) => names.has(rule)),
      stopped: Object.fromEntries(Object.entries(stopped).filter(([rule, text]) => same.get(rule) === text)),
    };
  }

  #keep(content: QuarantineContent): void {
    const before = this.#content;
    if (JSON.stringify(before) === JSON.stringify(content)) return;
    this.#content = content;
    // Kept before it is done: a restart in between must not let it out again.
    try {
      this.#options.file.write(content);
    } catch (error) {
      this.#options.onProblem(`what is cut off would not be after a restart: ${errorLine(error)}`);
    }
    for (const { rule, netns } of gone(before.held, content.held)) {
      this.#options.emit({ event: 'quarantine-ended', rule, netns });
    }
    this.#options.quarantine(this.quarantined);
  }
}

function gone(before: readonly Held[], after: readonly Held[]): readonly Held[] {
  return before.filter((one) => !after.includes(one));
}
