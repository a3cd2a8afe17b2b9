import { createHash } from 'node:crypto';

interface Group {
  /** How many workloads have an address: the containers of a pod share theirs. */
  readonly counts: Map<string, number>;
  sorted: readonly string[] | undefined;
  digest: string | undefined;
}

/** Who the groups are, by address. Lists and their digests are made anew only for groups that changed. */
export class Members {
  readonly #groups = new Map<string, Group>();

  /** Whether the group's addresses are others now. */
  add(group: string, addresses: readonly string[]): boolean {
    let state = this.#groups.get(group);
    if (state === undefined) {
      state = { counts: new Map(), sorted: undefined, digest: undefined };
      this.#groups.set(group, state);
    }
    let changed = false;
    for (const address of addresses) {
      const count = state.counts.get(address) ?? 0;
      state.counts.set(address, count + 1);
      changed ||= count === 0;
    }
    if (changed) forget(state);
    return changed;
  }

  /** Takes back what `add` was given. Whether the group's addresses are others now. */
  remove(group: string, addresses: readonly string[]): boolean {
    const state = this.#groups.get(group);
    if (state === undefined) return false;
    let changed = false;
    for (const address of addresses) {
      const count = state.counts.get(address) ?? 0;
      if (count > 1) state.counts.set(address, count - 1);
      else changed = state.counts.delete(address) || changed;
    }
    if (changed) forget(state);
    return changed;
  }

  addressesOf(group: string): readonly string[] {
    const state = this.#groups.get(group);
    if (state === undefined) return [];
    state.sorted ??= [...state.counts.keys()].toSorted();
    return state.sorted;
  }

  /** Follows from the group's addresses. */
  digestOf(group: string): string {
    const state = this.#groups.get(group);
    if (state === undefined) return NOBODY;
    state.digest ??= digestOfList(this.addressesOf(group));
    return state.digest;
  }
}

function forget(group: Group): void {
  group.sorted = undefined;
  group.digest = undefined;
}

function digestOfList(addresses: readonly string[]): string {
  return createHash('sha256').update(addresses.join(' ')).digest('base64');
}

const NOBODY = digestOfList([]);
