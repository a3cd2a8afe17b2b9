import { compareConfidences, compareSeverities } from '@bulkhead/core';
import type { ImageSecret } from '../image/known-image.ts';
import type { SecretCriterion } from '../policy.ts';
import type { JudgedProblem } from '../violation.ts';
import type { RuleContext } from './context.ts';
import { isScan, scannedImages } from './scanned-images.ts';

const MAX_NAMED = 3;
const MAX_LISTED = 20;

/** Where images hold more secrets than they may. */
export function* secrets(criterion: SecretCriterion, context: RuleContext): Generator<JudgedProblem> {
  for (const entry of scannedImages({ ...criterion, scanner: 'secret' }, context)) {
    if (!isScan(entry)) {
      yield entry;
      continue;
    }
    const { scan, label, place } = entry;
    const meant = scan.secrets.filter((one) => isMeant(one, criterion));
    const number = meant.length + scan.omitted.secrets;
    if (number <= criterion.maximum) continue;
    const named = meant.slice(0, MAX_NAMED).map(({ id, path }) => `${id} in ${path}`);
    const rest = number - named.length;
    const list = [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
    const allowed = criterion.maximum === 0 ? '' : ` (at most ${criterion.maximum} are allowed)`;
    yield {
      ...place,
      message: `${label()} holds ${number} ${number === 1 ? 'secret' : 'secrets'}: ${list}${allowed}`,
      fix: 'Revoke them, build the image without them, and mount them when it runs',
      findings: meant.slice(0, MAX_LISTED).map(({ id, severity, path }) => ({ id, severity, in: path })),
    };
  }
}

function isMeant(one: ImageSecret, { severity, confidence }: SecretCriterion): boolean {
  return (
    (severity === undefined || compareSeverities(one.severity, severity) >= 0) &&
    (confidence === undefined || compareConfidences(one.confidence, confidence) >= 0)
  );
}
