import { setImmediate } from 'node:timers/promises';

/** Other work of the process (timers, a queue's locks) waits no longer than this. */
const BREATH_MS = 25;

/** Lets a long synchronous loop be interrupted and the rest of the process have its turn. */
export class Breather {
  readonly #signal: AbortSignal;
  #last = performance.now();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  /** Costs nothing but a look at the clock until it is time. Throws when the signal is aborted. */
  async breathe(): Promise<void> {
    if (performance.now() - this.#last < BREATH_MS) return;
    await setImmediate();
    this.#signal.throwIfAborted();
    this.#last = performance.now();
  }
}
