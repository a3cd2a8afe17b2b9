/** Counts the pods of nodes, and tells of a node when its first is there and when its last is gone. */
export class PodNodes {
  readonly #counts = new Map<string, number>();
  readonly #onNode: (node: string, isThere: boolean) => void;

  constructor(onNode: (node: string, isThere: boolean) => void) {
    this.#onNode = onNode;
  }

  /** Of one pod: where it is by now, and where it was. */
  count(now: string | undefined, before: string | undefined): void {
    if (now === before) return;
    if (now !== undefined) {
      const count = (this.#counts.get(now) ?? 0) + 1;
      this.#counts.set(now, count);
      if (count === 1) this.#onNode(now, true);
    }
    if (before === undefined) return;
    const left = (this.#counts.get(before) ?? 0) - 1;
    if (left > 0) {
      this.#counts.set(before, left);
      return;
    }
    this.#counts.delete(before);
    this.#onNode(before, false);
  }
}
