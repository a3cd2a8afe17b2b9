import type { Gap } from '../reader/gap.ts';

/** More names say nothing new. */
const MAX_NAMES = 5;

/** Gathers why packages could not be matched: one gap a reason, with some of the packages' names. */
export class MatchGaps {
  readonly #namesByReason = new Map<string, { readonly code: Gap['code']; readonly names: Set<string> }>();

  add(code: Gap['code'], reason: string, name: string): void {
    const known = this.#namesByReason.get(reason);
    if (known !== undefined) known.names.add(name);
    else this.#namesByReason.set(reason, { code, names: new Set([name]) });
  }

  result(): readonly Gap[] {
    return [...this.#namesByReason]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([reason, { code, names }]) => ({ code, message: `${reason}: ${listed([...names])}` }));
  }
}

function listed(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, MAX_NAMES);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
