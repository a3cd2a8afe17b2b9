import { compareSeverities, SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';
import { type Alert, MAX_KIND, MAX_NAME } from './alert.ts';

const MAX_LIST = 256;

/** Which alerts a sink gets: all that its keys say must hold. */
export const AlertFilter = z.strictObject({
  minSeverity: z.enum(SEVERITIES).default('unknown').describe('From this one on.'),
  kinds: z.array(z.string().min(1).max(MAX_KIND)).min(1).max(MAX_LIST).optional().describe('Only of these kinds.'),
  namespaces: z
    .array(z.string().min(1).max(MAX_NAME))
    .min(1)
    .max(MAX_LIST)
    .optional()
    .describe('Only about workloads of these namespaces.'),
  rules: z
    .array(z.string().min(1).max(MAX_NAME))
    .min(1)
    .max(MAX_LIST)
    .optional()
    .describe('Only what these ResponseRules asked for.'),
});
export type AlertFilter = Readonly<z.output<typeof AlertFilter>>;

/** Whether an alert passes a filter. What is about no namespace, or of no rule, passes no list of them. */
export function passes({ minSeverity, kinds, namespaces, rules }: AlertFilter, alert: Alert): boolean {
  const listed = (list: readonly string[] | undefined, value: string | undefined): boolean =>
    list === undefined || (value !== undefined && list.includes(value));
  return (
    compareSeverities(alert.severity, minSeverity) >= 0 &&
    listed(kinds, alert.kind) &&
    listed(namespaces, alert.namespace) &&
    listed(rules, alert.rule)
  );
}
