import type { ProgramNames, RecordNames } from './event-record.ts';

/** Names that event records on their way may still need after their source or program was taken away. */
const KEPT = 256;

interface NumberedProgram extends ProgramNames {
  readonly number: number;
}

/** Gives queues and taps their numbers, and knows what the numbers in event records mean. */
export class SourceNames implements RecordNames {
  readonly #ids = new Map<number, string>();
  readonly #numbers = new Map<string, number>();
  readonly #programs = new Map<number, ProgramNames>();
  readonly #inUse = new Map<number, number>();
  #last = 0;

  add(id: string, program: NumberedProgram): number {
    this.#last += 1;
    this.#ids.set(this.#last, id);
    this.#numbers.set(id, this.#last);
    this.use(this.#last, program);
    return this.#last;
  }

  /** `source` is judged by `program` from now on. */
  use(source: number, program: NumberedProgram): void {
    // Set anew, so that what is oldest in the map is what was put to use longest ago.
    this.#programs.delete(program.number);
    this.#programs.set(program.number, program);
    this.#inUse.set(source, program.number);
    const used = new Set(this.#inUse.values());
    evict(this.#programs, used.size, (number) => !used.has(number));
  }

  /** The source is gone, but records of it may still come. */
  retire(source: number): void {
    const id = this.#ids.get(source);
    if (id !== undefined) this.#numbers.delete(id);
    this.#inUse.delete(source);
    evict(this.#ids, this.#inUse.size, (number) => !this.#inUse.has(number));
  }

  /** The source never came to be. */
  forget(source: number): void {
    this.retire(source);
    this.#ids.delete(source);
  }

  numberOf(id: string): number | undefined {
    return this.#numbers.get(id);
  }

  sourceOf(number: number): string {
    return this.#ids.get(number) ?? '';
  }

  programOf(number: number): ProgramNames {
    return this.#programs.get(number) ?? { detectors: [], sensors: [] };
  }
}

/** Drops the oldest entries that may go, until no more than KEPT of them are left beside the `used` ones. */
function evict(entries: Map<number, unknown>, used: number, mayGo: (number: number) => boolean): void {
  let surplus = entries.size - used - KEPT;
  for (const number of entries.keys()) {
    if (surplus <= 0) return;
    if (!mayGo(number)) continue;
    entries.delete(number);
    surplus -= 1;
  }
}
