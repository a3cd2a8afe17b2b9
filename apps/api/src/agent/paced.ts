/**
 * Does something about what it is asked for: the first time at once, and after each time no sooner than `intervalMs` later, about all that
 * was asked meanwhile. However often it is asked, it acts `1000 / intervalMs` times a second; nothing that was asked is left out.
 */
export class Paced<Item> {
  readonly #intervalMs: number;
  readonly #act: (items: ReadonlySet<Item>) => void;
  #asked = new Set<Item>();
  #isResting = false;

  constructor(intervalMs: number, act: (items: ReadonlySet<Item>) => void) {
    this.#intervalMs = intervalMs;
    this.#act = act;
  }

  ask(items: Iterable<Item>): void {
    for (const item of items) this.#asked.add(item);
    if (!this.#isResting) this.#next();
  }

  #next(): void {
    this.#isResting = this.#asked.size > 0;
    if (!this.#isResting) return;
    const items = this.#asked;
    this.#asked = new Set();
    // Keeps no process alive: who ends has nobody to tell.
    setTimeout(() => this.#next(), this.#intervalMs).unref();
    this.#act(items);
  }
}
