import { z } from 'zod';
import type { ResponseRule } from './schema.ts';

/** What of an event of an agent rules ask about; the rest of it is of no interest here. */
const Event = z.object({
  groups: z.array(z.string()),
  sensor: z.string().optional().catch(undefined),
  ruleSets: z.array(z.string()).default([]).catch([]),
  policy: z.string().optional().catch(undefined),
  verdict: z.string().optional().catch(undefined),
});

/** The rules that an event of an agent is one for; whatever it sent, nothing throws. `after` is not looked at. */
export function rulesMetBy(rules: readonly ResponseRule[], document: unknown): readonly ResponseRule[] {
  const { event: happened } = Object(document) as { readonly event?: unknown };
  const asked = rules.filter(({ when }) => when.events.some((kind) => kind === happened));
  // Most of what agents say is of kinds that no rule asks about: it is not looked at further.
  if (asked.length === 0) return [];
  const event = Event.safeParse(document).data;
  if (event === undefined) return [];
  return asked.filter(({ groups, when: { sensors, ruleSets, policies, verdicts } }) => {
    return (
      groups.some((group) => event.groups.includes(group)) &&
      (sensors === undefined || (event.sensor !== undefined && sensors.includes(event.sensor))) &&
      (ruleSets === undefined || ruleSets.some((name) => event.ruleSets.includes(name))) &&
      (policies === undefined || (event.policy !== undefined && policies.includes(event.policy))) &&
      (verdicts === undefined || verdicts.some((verdict) => verdict === event.verdict))
    );
  });
}

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A time such as `90s` or `10m`, which a rule's document was checked to have, in milliseconds. */
export function durationMs(text: string): number {
  const unit = text.slice(-1) as keyof typeof UNIT_MS;
  return Number(text.slice(0, -1)) * UNIT_MS[unit];
}
