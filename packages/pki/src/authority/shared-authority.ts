import { type Clock, systemClock } from '@bulkhead/core';
import { PkiError } from '../error.ts';
import type { Authority } from './authority.ts';
import { authorityOf, type KeptAuthority, nextAuthority, type RenewalOptions } from './renew.ts';

/** A place where several processes keep one authority. Who writes must have read what is there. */
export interface AuthorityPlace<Revision = unknown> {
  read(): Promise<{ readonly kept: KeptAuthority | undefined; readonly revision: Revision }>;
  /** Writes nothing and says so when somebody else has written since. */
  write(kept: KeptAuthority, revision: Revision): Promise<'written' | 'conflict'>;
}

export interface SharedAuthorityOptions extends Omit<RenewalOptions, 'clock'> {
  readonly clock?: Clock;
  /** What a place with none begins with, such as the authority that one process had alone before. */
  readonly seed?: KeptAuthority | undefined;
}

/** Steps that follow each other without a conflict are three at most; more conflicts than these are no coincidence. */
const MAX_STEPS = 20;

/** An authority that several processes sign by, renewed by whichever comes first. */
export class SharedAuthority {
  readonly #place: AuthorityPlace;
  readonly #options: RenewalOptions;
  #kept: KeptAuthority;
  #authority: Authority;

  private constructor(place: AuthorityPlace, options: RenewalOptions, kept: KeptAuthority) {
    this.#place = place;
    this.#options = options;
    this.#kept = kept;
    this.#authority = authorityOf(kept, options.clock);
  }

  /** Makes an authority where the place has none. */
  static async open(place: AuthorityPlace, { seed, ...options }: SharedAuthorityOptions): Promise<SharedAuthority> {
    const complete = { clock: systemClock, ...options };
    return new SharedAuthority(place, complete, await follow(place, complete, seed));
  }

  /** The one that signs now. Ask again each time: `refresh` may replace it. */
  get authority(): Authority {
    return this.#authority;
  }

  /**
   * Reads what others did, and does what is due; a place that was emptied gets what was there. True when what is trusted or
   * who signs has changed.
   */
  async refresh(): Promise<boolean> {
    const before = this.#authority.trustPem;
    this.#kept = await follow(this.#place, this.#options, this.#kept);
    this.#authority = authorityOf(this.#kept, this.#options.clock);
    return before !== this.#authority.trustPem;
  }
}

async function follow(
  place: AuthorityPlace,
  options: RenewalOptions,
  seed: KeptAuthority | undefined,
): Promise<KeptAuthority> {
  for (let step = 0; step < MAX_STEPS; step += 1) {
    const { kept, revision } = await place.read();
    const due = kept === undefined && seed !== undefined ? seed : await nextAuthority(kept, options);
    if (due !== undefined) await place.write(due, revision);
    else if (kept !== undefined) return kept;
  }
  throw new PkiError('PLACE_UNUSABLE', {
    what: 'cannot keep an authority with others',
    why: `others wrote at its place each of ${MAX_STEPS} times`,
    fix: 'look for who else writes there',
  });
}
