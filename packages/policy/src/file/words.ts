import { FILE_ACCESSES, type FilePolicy } from './schema.ts';

/** A rule as people say it: `allows /app/server to read /run/secrets/*`; whoever uses a file is `anything`. */
export function fileRuleInWords({ action, paths, access, executables }: FilePolicy['rules'][number]): string {
  const verb = action === 'allow' ? 'allows' : 'denies';
  const who = executables === undefined ? 'anything' : executables.join(', ');
  const use = FILE_ACCESSES.filter((one) => access.includes(one)).join(', ');
  return `${verb} ${who} to ${use} ${paths.join(', ')}`;
}
