import type { Pod } from '@bulkhead/pod-rules';
import { matchesGlob } from '../../selection/glob.ts';
import type { RuleProblem } from '../violation.ts';

/** Where a pod runs as a service account that it must not. Without one it runs as `default`. */
export function* serviceAccounts(
  { spec, object: { subject } }: Pod,
  { allow, deny }: { readonly allow?: readonly string[]; readonly deny?: readonly string[] },
): Generator<RuleProblem> {
  // The second is the old name, which the API server still fills in and reads where the first is missing.
  const value = [spec.get('serviceAccountName'), spec.get('serviceAccount')].find(
    ({ scalar }) => (scalar ?? '') !== '',
  );
  const account = String(value?.scalar ?? 'default');
  const matches = (globs: readonly string[]): boolean => globs.some((glob) => matchesGlob(glob, account));
  if ((allow === undefined || matches(allow)) && (deny === undefined || !matches(deny))) return;
  const fix = allow === undefined ? 'Use another service account' : `Use one of ${allow.join(', ')}`;
  yield { message: `runs as the service account ${account}`, fix, line: (value ?? spec).line, subject };
}
