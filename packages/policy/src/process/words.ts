import type { ProcessPolicy } from './schema.ts';

/** A rule as people say it: `denies /bin/sh, /bin/bash run by /usr/sbin/cron as user 0`. */
export function processRuleInWords({ action, executables, parents, users }: ProcessPolicy['rules'][number]): string {
  const verb = action === 'allow' ? 'allows' : 'denies';
  const by = parents === undefined ? '' : ` run by ${parents.join(' or ')}`;
  const as = users === undefined ? '' : ` as user ${users.join(' or ')}`;
  return `${verb} ${executables.join(', ')}${by}${as}`;
}
