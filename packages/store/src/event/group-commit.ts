export interface GroupCommitOptions<Item, Result> {
  /** Does what a group is for, all or nothing; gives a result for each item, in their order. */
  readonly commit: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Items of one key are never in work at the same time, and keep their order. */
  readonly keyOf: (item: Item) => string;
  readonly weightOf: (item: Item) => number;
  /** Of one group; an item that is heavier by itself is a group of its own. */
  readonly maxWeight: number;
  /** Groups in work at the same time. */
  readonly atOnce: number;
  /** Whether a failure may be that of one item: then each item of the group is tried alone, and fails or not by itself. */
  readonly isOfOne: (error: unknown) => boolean;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Puts into one commit what comes while another is in work. Whoever comes alone waits for nobody, and the more come the
 * less each costs. Keeps no more than its callers wait for.
 */
export class GroupCommit<Item, Result> {
  readonly #options: GroupCommitOptions<Item, Result>;
  readonly #busy = new Set<string>();
  #waiting: Waiting<Item, Result>[] = [];
  #running = 0;
  #isDue = false;

  constructor(options: GroupCommitOptions<Item, Result>) {
    this.#options = options;
  }

  /** Resolves after the commit that the item is part of. */
  add(item: Item): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    this.#waiting.push({ item, resolve, reject });
    // After the turn of the event loop, in which more may come.
    if (!this.#isDue) {
      this.#isDue = true;
      setImmediate(() => {
        this.#isDue = false;
        this.#start();
      });
    }
    return promise;
  }

  #start(): void {
    while (this.#running < this.#options.atOnce) {
      const group = this.#take();
      if (group.length === 0) return;
      this.#running += 1;
      void this.#run(group).finally(() => {
        this.#running -= 1;
        for (const { item } of group) this.#busy.delete(this.#options.keyOf(item));
        this.#start();
      });
    }
  }

  #take(): readonly Waiting<Item, Result>[] {
    const { keyOf, weightOf, maxWeight } = this.#options;
    const group: Waiting<Item, Result>[] = [];
    const left: Waiting<Item, Result>[] = [];
    const behind = new Set<string>();
    let weight = 0;
    for (const one of this.#waiting) {
      const key = keyOf(one.item);
      const fits = group.length === 0 || weight + weightOf(one.item) <= maxWeight;
      if (!fits || this.#busy.has(key) || behind.has(key)) {
        left.push(one);
        behind.add(key);
        continue;
      }
      weight += weightOf(one.item);
      this.#busy.add(key);
      group.push(one);
    }
    this.#waiting = left;
    return group;
  }

  async #run(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#options.commit(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      if (group.length === 1 || !this.#options.isOfOne(error)) for (const { reject } of group) reject(error);
      else for (const one of group) await this.#run([one]);
    }
  }
}
