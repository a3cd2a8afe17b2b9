export interface BellOptions {
  /** How long a change may go unnoticed that nobody tells of. */
  readonly everyMs: number;
  /** What is told of may not be there to see yet: after a ring it is looked at again so often, each after `soonMs`. */
  readonly looks: number;
  readonly soonMs: number;
}

/** Wakes whoever looks at something that changes: at once when it is told of a change, and now and then without. */
export class Bell {
  readonly #options: BellOptions;
  #looksLeft = 0;
  #isRung = false;
  #wake: (() => void) | undefined;

  constructor(options: BellOptions) {
    this.#options = options;
  }

  /** Ends the wait, or the next one where nobody waits now. */
  ring(): void {
    this.#isRung = true;
    this.#looksLeft = this.#options.looks;
    this.#wake?.();
  }

  /** Resolves when it is time to look again, or when the signal aborts. */
  async wait(signal: AbortSignal): Promise<void> {
    if (!this.#isRung && !signal.aborted) await this.#sleep(signal);
    this.#isRung = false;
  }

  async #sleep(signal: AbortSignal): Promise<void> {
    const { everyMs, soonMs } = this.#options;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = (): void => resolve();
    const timer = setTimeout(wake, this.#looksLeft > 0 ? soonMs : everyMs);
    this.#looksLeft = Math.max(0, this.#looksLeft - 1);
    this.#wake = wake;
    signal.addEventListener('abort', wake);
    await promise;
    signal.removeEventListener('abort', wake);
    clearTimeout(timer);
    this.#wake = undefined;
  }
}
