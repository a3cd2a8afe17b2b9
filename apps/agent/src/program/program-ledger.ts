import type { CountedProgram } from '../event/agent-event.ts';

/** A program that was told is told again after so much time, with the sum of what came since. */
const SUM_MS = 60 * 60_000;
/** What was not told for so long is told at once, as if it were new. */
const RECENT_MS = 60 * 60_000;
/** Of one workload; programs under names without end are counted as one number. */
const MAX_PROGRAMS = 1_024;

export interface Telling {
  /** What is told was seen since then. */
  readonly since: number;
  readonly programs: readonly CountedProgram[];
  readonly notCounted: number;
}

interface Entry {
  readonly program: Omit<CountedProgram, 'count'>;
  count: number;
  since: number;
  told: number | undefined;
}

/** Makes of what one workload ran, as it is counted, what is to be told of it, and when. */
export class ProgramLedger {
  readonly #phaseMs: number;
  /** By who ran it and what became of it, and the path: that is long, and kept once. */
  readonly #entries = new Map<string, Map<string, Entry>>();
  #size = 0;
  #notCounted = 0;
  #toldAt: number;

  /** `phase`, within 0 and 1: sums are told in this part of their interval, so that not all ledgers tell theirs at once. */
  constructor(now: number, phase = Math.random()) {
    this.#phaseMs = phase * SUM_MS;
    this.#toldAt = now;
  }

  /** Programs that are known, each by who ran it and what became of it. */
  get size(): number {
    return this.#size;
  }

  /** Takes in what was run since a time. Of programs that are not known yet, as many as there is room for. */
  take(programs: readonly CountedProgram[], notCounted: number, since: number, room = MAX_PROGRAMS): void {
    const most = Math.min(MAX_PROGRAMS, this.#size + room);
    this.#notCounted += notCounted;
    for (const { count, ...program } of programs) {
      const entry = this.#entryOf(program, since, most);
      if (entry === undefined) {
        this.#notCounted += count;
        continue;
      }
      if (entry.count === 0) entry.since = since;
      entry.count += count;
    }
  }

  /** What is to be told now, or all that waits; nothing where there is none. It is told once. */
  tell(now: number, all = false): Telling | undefined {
    const programs: CountedProgram[] = [];
    let since = now;
    for (const entry of this.#known()) {
      const { program, count, told } = entry;
      if (told !== undefined && count === 0) {
        if (now - told >= RECENT_MS) this.#forget(program);
        continue;
      }
      if (!all && told !== undefined && !this.#isDue(told, now)) continue;
      programs.push({ ...program, count });
      since = Math.min(since, entry.since);
      Object.assign(entry, { count: 0, told: now });
    }
    const notCounted = this.#notCounted;
    const isTold = programs.length > 0 || (notCounted > 0 && (all || this.#isDue(this.#toldAt, now)));
    if (!isTold) return undefined;
    if (programs.length === 0) since = this.#toldAt;
    this.#notCounted = 0;
    this.#toldAt = now;
    return { since, programs, notCounted };
  }

  /** Whether nothing waits, and nothing was told that has to be remembered. */
  get isEmpty(): boolean {
    return this.#size + this.#notCounted === 0;
  }

  /** Nothing where it is not known and there are so many already. */
  #entryOf(program: Entry['program'], since: number, most: number): Entry | undefined {
    const kind = kindOf(program);
    const known = this.#entries.get(kind)?.get(program.executable);
    if (known !== undefined || this.#size >= most) return known;
    const entry = { program, count: 0, since, told: undefined };
    const ofKind = this.#entries.get(kind) ?? new Map<string, Entry>();
    this.#entries.set(kind, ofKind.set(program.executable, entry));
    this.#size += 1;
    return entry;
  }

  *#known(): Generator<Entry> {
    for (const ofKind of this.#entries.values()) yield* ofKind.values();
  }

  #forget(program: Entry['program']): void {
    const kind = kindOf(program);
    const ofKind = this.#entries.get(kind);
    if (ofKind?.delete(program.executable) === true) this.#size -= 1;
    if (ofKind?.size === 0) this.#entries.delete(kind);
  }

  #isDue(told: number, now: number): boolean {
    return now - told >= RECENT_MS || this.#slot(now) !== this.#slot(told);
  }

  #slot(time: number): number {
    return Math.floor((time + this.#phaseMs) / SUM_MS);
  }
}

function kindOf({ user, fromImage, verdict }: Entry['program']): string {
  return JSON.stringify([user, fromImage, verdict]);
}
