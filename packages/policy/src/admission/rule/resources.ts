import type { Container, Pod, Value } from '@bulkhead/pod-rules';
import type { ResourceAmount, ResourceCriterion } from '../policy.ts';
import { parseQuantity } from '../quantity.ts';
import type { RuleProblem } from '../violation.ts';

/** Where containers do not say what they need, or ask for too much. Ephemeral containers cannot ask for anything. */
export function* resources(pod: Pod, { require, maximum }: ResourceCriterion): Generator<RuleProblem> {
  for (const container of pod.containers) {
    if (container.kind === 'ephemeral') continue;
    const { spec, subject } = container;
    for (const where of require) {
      if (amountOf(container, where).exists) continue;
      yield {
        message: `no resources.${where}`,
        fix: `Set resources.${where}`,
        line: spec.get('resources').line,
        subject,
      };
    }
    for (const [where, most] of maximum) {
      const value = amountOf(container, where);
      const fix = `Set resources.${where} to ${most.text} or less`;
      if (!value.exists) {
        // What has no limit may take everything; what asks for nothing asks for no more than that.
        if (!where.startsWith('limits.') || require.includes(where)) continue;
        yield { message: `no resources.${where}, so no limit`, fix, line: value.line, subject };
        continue;
      }
      const amount = parseQuantity(value.scalar);
      if (amount !== undefined && amount <= most.amount) continue;
      const why = amount === undefined ? 'is no amount' : `is more than ${most.text}`;
      yield { message: `resources.${where} ${String(value.scalar)} ${why}`, fix, line: value.line, subject };
    }
  }
}

/** A limit without a request is taken for the request too. */
function amountOf({ spec }: Container, where: ResourceAmount): Value {
  const [kind = '', name = ''] = where.split('.');
  const all = spec.get('resources');
  const own = all.get(kind).get(name);
  return own.exists || kind === 'limits' ? own : all.get('limits').get(name);
}
