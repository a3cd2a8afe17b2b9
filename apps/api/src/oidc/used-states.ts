/** Sign-ins of ten minutes; the rate limit allows far fewer. */
const MAX_USED = 10_000;

/** Remembers what may be used once, for as long as it could be used again. Where there is no room it takes nothing more. */
export class UsedStates {
  readonly #until = new Map<string, number>();

  /** Whether it was not used before. */
  use(state: string, expiresAt: number, now: number): boolean {
    for (const [old, until] of this.#until) {
      // In the order in which they came, which is nearly the one in which they expire.
      if (until > now) break;
      this.#until.delete(old);
    }
    if (this.#until.has(state) || this.#until.size >= MAX_USED) return false;
    this.#until.set(state, expiresAt);
    return true;
  }
}
