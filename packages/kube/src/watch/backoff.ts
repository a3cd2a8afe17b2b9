/** Waiting times between tries: each twice as long as the one before up to a bound, and never twice the same. */
export class Backoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #tries = 0;

  constructor(options: { readonly baseMs?: number; readonly maxMs?: number; readonly random?: () => number } = {}) {
    const { baseMs = 500, maxMs = 30_000, random = Math.random } = options;
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
    this.#random = random;
  }

  /**
   * The next waiting time in milliseconds, between half of what is due and all of it: a thousand clients that lost the same server do
   * not come back as one. At least `atLeastMs`, where the server asked for that, and that within twice the bound.
   */
  next(atLeastMs = 0): number {
    const due = Math.min(this.#maxMs, this.#baseMs * 2 ** Math.min(this.#tries, 30));
    this.#tries += 1;
    const jittered = due * (0.5 + this.#random() / 2);
    return Math.max(jittered, Math.min(atLeastMs, 2 * this.#maxMs));
  }

  /** It works again. */
  reset(): void {
    this.#tries = 0;
  }
}
