import type { Gap } from '../reader/gap.ts';

/** More names say nothing new. */
const MAX_NAMES = 5;

/** Gathers why packages could not be matched: one gap a reason, with how many packages and some of their names. */
export class MatchGaps {
  readonly #namesByReason = new Map<
    string,
    { readonly code: Gap['code']; readonly names: Set<string>; readonly end: string }
  >();

  /** `about` begins the sentence after the count, as in "3 packages <about>: a, b, c<end>". */
  add(code: Gap['code'], about: string, name: string, end = ''): void {
    const known = this.#namesByReason.get(about);
    if (known !== undefined) known.names.add(name);
    else this.#namesByReason.set(about, { code, names: new Set([name]), end });
  }

  result(): readonly Gap[] {
    return [...this.#namesByReason]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([about, { code, names, end }]) => ({
        code,
        message: `${names.size} ${names.size === 1 ? 'package' : 'packages'} ${about}: ${listed([...names])}${end}`,
      }));
  }
}

function listed(names: readonly string[]): string {
  const shown = names.toSorted().slice(0, MAX_NAMES);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}
