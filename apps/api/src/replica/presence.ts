import { randomUUID } from 'node:crypto';
import type { ReplicaStore } from '@bulkhead/control-plane';
import type { Clock } from '@bulkhead/core';

export interface PresenceOptions {
  readonly replicas: ReplicaStore;
  readonly clock: Clock;
  /** Milliseconds of a clock that is never set. */
  readonly steady: () => number;
  /** Whether the store is of one process: whoever else is in it is gone. */
  readonly isAlone: boolean;
}

/** How often a process says that it is there. */
export const BEAT_MS = 3_000;
/** Who has not said so for this long is gone: some beats may be late, since the database is busy. */
export const GONE_MS = 15_000;

/**
 * Says that this process is there, and finds out which others of the same store are gone, by whether their beats go on. No
 * clock of another machine is believed. Who was taken for gone and is not says so again, and is there as before.
 */
export class Presence {
  readonly id: string;
  readonly #options: PresenceOptions;
  readonly #seen = new Map<string, { readonly beat: number; readonly since: number }>();
  #lookedAt: number;
  #first = '';

  private constructor(options: PresenceOptions) {
    this.id = randomUUID();
    this.#options = options;
    this.#lookedAt = options.steady();
  }

  static async join(options: PresenceOptions): Promise<Presence> {
    const presence = new Presence(options);
    const { replicas, isAlone } = options;
    if (isAlone) for (const { id } of await replicas.list()) await presence.#remove(id);
    await presence.look();
    return presence;
  }

  /** Whether this process does what one is enough for. Two may take themselves for the first for some seconds. */
  get isFirst(): boolean {
    return this.#first === this.id;
  }

  /** Beats once, and looks who else does. `new` when others did not know of this process. */
  async look(): Promise<'new' | 'known'> {
    const { replicas, steady } = this.#options;
    const outcome = await replicas.beat(this.id);
    const all = await replicas.list();
    const now = steady();
    // Who could not look for a while cannot tell whether others were there meanwhile.
    if (now - this.#lookedAt >= GONE_MS / 2) this.#seen.clear();
    this.#lookedAt = now;
    const present: string[] = [];
    for (const { id, beat } of all) {
      const before = this.#seen.get(id);
      if (id !== this.id && before?.beat === beat && now - before.since >= GONE_MS) {
        await this.#remove(id);
        continue;
      }
      present.push(id);
      if (before?.beat !== beat) this.#seen.set(id, { beat, since: now });
    }
    this.#first = present[0] ?? this.id;
    return outcome;
  }

  async leave(): Promise<void> {
    await this.#remove(this.id);
  }

  async #remove(id: string): Promise<void> {
    const { replicas, clock } = this.#options;
    await replicas.remove(id, new Date(clock.now()).toISOString());
    this.#seen.delete(id);
  }
}
