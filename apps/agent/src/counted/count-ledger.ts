/** Something that was seen so often. */
export interface Counted {
  readonly count: number;
}

/** What makes two of a kind of things the same. */
export interface Identity<Thing> {
  /** What it is called: long, and shared by few. */
  readonly nameOf: (thing: Thing) => string;
  /** All else that is told of it: one text of few. */
  readonly kindOf: (thing: Thing) => string;
}

/** A thing that was told is told again after so much time, with the sum of what came since. */
const SUM_MS = 60 * 60_000;
/** What was not told for so long is told at once, as if it were new. */
const RECENT_MS = 60 * 60_000;
/** Of one workload; things under names without end are counted as one number. */
const MAX_THINGS = 1_024;

export interface Telling<Thing> {
  /** What is told was seen since then. */
  readonly since: number;
  readonly things: readonly Thing[];
  readonly notCounted: number;
}

interface Entry<Thing> {
  readonly thing: Thing;
  count: number;
  since: number;
  told: number | undefined;
}

/** Makes of what is seen of one workload, as it is counted, what is to be told of it, and when. */
export class CountLedger<Thing extends Counted> {
  readonly #identity: Identity<Thing>;
  readonly #phaseMs: number;
  /** By kind, and by name, which is kept once. */
  readonly #entries = new Map<string, Map<string, Entry<Thing>>>();
  #size = 0;
  #notCounted = 0;
  #toldAt: number;

  /** `phase`, within 0 and 1: sums are told in this part of their interval, so that not all ledgers tell theirs at once. */
  constructor(identity: Identity<Thing>, now: number, phase = Math.random()) {
    this.#identity = identity;
    this.#phaseMs = phase * SUM_MS;
    this.#toldAt = now;
  }

  /** Things that are known, of one name as many as there are kinds of it. */
  get size(): number {
    return this.#size;
  }

  /** Takes in what was seen since a time. Of things that are not known yet, as many as there is room for. */
  take(things: readonly Thing[], notCounted: number, since: number, room = MAX_THINGS): void {
    const most = Math.min(MAX_THINGS, this.#size + room);
    this.#notCounted += notCounted;
    for (const thing of things) {
      const entry = this.#entryOf(thing, since, most);
      if (entry === undefined) {
        this.#notCounted += thing.count;
        continue;
      }
      if (entry.count === 0) entry.since = since;
      entry.count += thing.count;
    }
  }

  /** What is to be told now, or all that waits; nothing where there is none. It is told once. */
  tell(now: number, all = false): Telling<Thing> | undefined {
    const things: Thing[] = [];
    let since = now;
    for (const entry of this.#known()) {
      const { thing, count, told } = entry;
      if (told !== undefined && count === 0) {
        if (now - told >= RECENT_MS) this.#forget(thing);
        continue;
      }
      if (!all && told !== undefined && !this.#isDue(told, now)) continue;
      things.push({ ...thing, count });
      since = Math.min(since, entry.since);
      Object.assign(entry, { count: 0, told: now });
    }
    const notCounted = this.#notCounted;
    const isTold = things.length > 0 || (notCounted > 0 && (all || this.#isDue(this.#toldAt, now)));
    if (!isTold) return undefined;
    if (things.length === 0) since = this.#toldAt;
    this.#notCounted = 0;
    this.#toldAt = now;
    return { since, things, notCounted };
  }

  /** Whether nothing waits, and nothing was told that has to be remembered. */
  get isEmpty(): boolean {
    return this.#size + this.#notCounted === 0;
  }

  /** Nothing where it is not known and there are so many already. */
  #entryOf(thing: Thing, since: number, most: number): Entry<Thing> | undefined {
    const [kind, name] = [this.#identity.kindOf(thing), this.#identity.nameOf(thing)];
    const known = this.#entries.get(kind)?.get(name);
    if (known !== undefined || this.#size >= most) return known;
    const entry = { thing, count: 0, since, told: undefined };
    const ofKind = this.#entries.get(kind) ?? new Map<string, Entry<Thing>>();
    this.#entries.set(kind, ofKind.set(name, entry));
    this.#size += 1;
    return entry;
  }

  *#known(): Generator<Entry<Thing>> {
    for (const ofKind of this.#entries.values()) yield* ofKind.values();
  }

  #forget(thing: Thing): void {
    const kind = this.#identity.kindOf(thing);
    const ofKind = this.#entries.get(kind);
    if (ofKind?.delete(this.#identity.nameOf(thing)) === true) this.#size -= 1;
    if (ofKind?.size === 0) this.#entries.delete(kind);
  }

  #isDue(told: number, now: number): boolean {
    return now - told >= RECENT_MS || this.#slot(now) !== this.#slot(told);
  }

  #slot(time: number): number {
    return Math.floor((time + this.#phaseMs) / SUM_MS);
  }
}
