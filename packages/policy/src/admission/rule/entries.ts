import type { Value } from '@bulkhead/pod-rules';
import { matchesGlob } from '../../selection/glob.ts';
import type { EntryCriterion } from '../policy.ts';
import type { RuleProblem } from '../violation.ts';

/** Where labels or annotations are missing, or have values they must not have. `what` is "label" or "annotation". */
export function* entries(
  held: Value,
  what: string,
  subject: string,
  { require, deny }: EntryCriterion,
): Generator<RuleProblem> {
  for (const [key, glob] of Object.entries(require)) {
    const { scalar, line } = held.get(key);
    if (scalar !== undefined && matchesGlob(glob, String(scalar))) continue;
    const wanted = glob === '*' ? key : `${key}: ${glob}`;
    const message = scalar === undefined ? `no ${what} ${key}` : `${what} ${key}: ${String(scalar)} is not ${glob}`;
    yield {
      message,
      fix: `Set the ${what} ${wanted} on the pod (in a template: spec.template.metadata)`,
      line,
      subject,
    };
  }
  for (const [key, glob] of Object.entries(deny)) {
    const { scalar, line } = held.get(key);
    if (scalar === undefined || !matchesGlob(glob, String(scalar))) continue;
    yield { message: `${what} ${key}: ${String(scalar)} is denied`, fix: `Remove the ${what} ${key}`, line, subject };
  }
}
