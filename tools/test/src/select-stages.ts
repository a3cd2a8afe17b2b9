import { parseArgs } from 'node:util';

import type { Stage } from './stage.ts';

export type Selection =
  | { readonly kind: 'run'; readonly stages: readonly Stage[] }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly message: string };

/** Reads the arguments of `bulkhead test`. Stages run in their own order, whatever order they are named in. */
export function selectStages(args: readonly string[], stages: readonly Stage[]): Selection {
  let only: string | undefined;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { only: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help === true) return { kind: 'help' };
    only = values.only;
  } catch (error) {
    return { kind: 'wrong', message: error instanceof Error ? error.message : String(error) };
  }
  if (only === undefined) return { kind: 'run', stages };

  const names = only.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !stages.some((stage) => stage.name === name));
  if (unknown.length > 0) return { kind: 'wrong', message: `there is no stage "${unknown.join('", "')}"` };
  return { kind: 'run', stages: stages.filter((stage) => names.includes(stage.name)) };
}
