import { at, type Pod, type Value } from '@bulkhead/pod-rules';
import type { RuleProblem } from '../violation.ts';

/** Where containers add capabilities that are not allowed, or keep some that have to be dropped. */
export function* capabilities(
  pod: Pod,
  { allow, drop }: { readonly allow?: readonly string[]; readonly drop?: readonly string[] },
): Generator<RuleProblem> {
  for (const { spec, subject } of pod.containers) {
    const context = at(spec, ['securityContext', 'capabilities']);
    const added = context.get('add');
    for (const value of allow === undefined ? [] : added.items()) {
      const name = bare(value);
      if (allow?.includes(name) === true) continue;
      const fix = `Remove the capability; allowed are ${allow?.join(', ') || 'none'}`;
      yield { message: `adds ${name}`, line: value.line, subject, fix };
    }
    const dropped = new Set(context.get('drop').items().map(bare));
    if (drop === undefined || dropped.has('ALL')) continue;
    const kept = drop.filter((name) => !dropped.has(name));
    if (kept.length > 0) {
      const fix = `Set securityContext.capabilities.drop: [${drop.join(', ')}]`;
      yield { message: `does not drop ${kept.join(', ')}`, line: context.line, subject, fix };
    }
  }
}

/** Runtimes take names in any case, with and without the prefix. */
function bare({ scalar }: Value): string {
  return String(scalar ?? '')
    .toUpperCase()
    .replace(/^CAP_/, '');
}
