import { setInterval } from 'node:timers';
import { errorText } from '@bulkhead/core';
import type { Subject } from '../event/agent-event.ts';
import { partsOf } from '../event/parts.ts';
import { type Counted, CountLedger, type Identity, type Telling } from './count-ledger.ts';
import { sharedRoom } from './shared-room.ts';

/** How often it is asked what was seen: what is new is told so soon. */
const READ_MS = 10_000;
/** Of an event: few enough to be read. */
const MAX_THINGS = 256;
/** Workloads of which something was seen in the last hour, also those that have ended. Of more, the first is told and forgotten. */
const MAX_WORKLOADS = 4_096;
/** Of all workloads together, so that many that make up names do not fill the memory. */
const MAX_KNOWN = 16_384;

/** What was counted in one container. */
export interface ContainerCounts<Thing> {
  readonly id: string;
  readonly things: readonly Thing[];
  /** What was seen and is none of these. */
  readonly notCounted: number;
}

/** What is told of one container at once. */
export interface Told<Thing> {
  /** What is told was seen since then. */
  readonly since: string;
  readonly things: readonly Thing[];
  /** Absent where there was none. */
  readonly notCounted?: number;
}

/** What who tells of a kind of things is told itself. */
export interface CountListener<Thing> {
  readonly onTold: (thing: Thing) => void;
  readonly onNotCounted: (count: number) => void;
  readonly onProblem: (problem: string) => void;
}

export interface CountWatchOptions<Thing> extends CountListener<Thing> {
  /** What containers do, in a sentence that says that it is not told. */
  readonly what: string;
  readonly identity: Identity<Thing>;
  /** What was seen since it was asked last, of each container of which there was anything. */
  readonly take: () => readonly ContainerCounts<Thing>[];
  /** Whom that is about, by the container's id. */
  readonly subjectOf: (id: string) => Subject | undefined;
  readonly tell: (told: Told<Thing>, subject: Subject) => void;
  readonly now?: () => number;
}

interface Record<Thing extends Counted> {
  readonly ledger: CountLedger<Thing>;
  subject: Subject;
}

/** Tells what is counted in the containers of this node. */
export class CountWatch<Thing extends Counted> {
  readonly #options: CountWatchOptions<Thing>;
  readonly #now: () => number;
  /** By the workload's name: a container that is started anew is the same workload. */
  readonly #records = new Map<string, Record<Thing>>();
  #readAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CountWatchOptions<Thing>) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#readAt = this.#now();
  }

  /** Asks from now on, again and again. */
  start(): void {
    this.#timer = setInterval(() => {
      try {
        this.pass();
      } catch (error) {
        // Nothing that is held depends on it.
        this.#options.onProblem(`${this.#options.what} is not told: ${errorText(error)}`);
      }
    }, READ_MS);
  }

  /** Asks once, and tells what is to be told; all that waits where nobody asks after that. */
  pass(all = false): void {
    const since = this.#readAt;
    this.#readAt = this.#now();
    for (const { id, things, notCounted } of this.#options.take()) {
      const subject = this.#options.subjectOf(id);
      // One of very many that have ended in the meantime.
      if (subject === undefined) {
        this.#options.onNotCounted(things.reduce((sum, { count }) => sum + count, notCounted));
        continue;
      }
      const record = this.#recordOf(subject);
      record.subject = subject;
      record.ledger.take(things, notCounted, since, sharedRoom(record.ledger.size, this.#known, MAX_KNOWN));
    }
    for (const [name, { ledger, subject }] of this.#records) {
      this.#tell(ledger.tell(this.#readAt, all), subject);
      if (ledger.isEmpty) this.#records.delete(name);
    }
  }

  /** Tells all that waits, and ends. */
  close(): void {
    clearInterval(this.#timer);
    this.pass(true);
  }

  get #known(): number {
    let sum = 0;
    for (const { ledger } of this.#records.values()) sum += ledger.size;
    return sum;
  }

  #recordOf(subject: Subject): Record<Thing> {
    const name = JSON.stringify(subject.workloads);
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const record = { ledger: new CountLedger(this.#options.identity, this.#readAt), subject };
    this.#records.set(name, record);
    const [first] = this.#records;
    if (this.#records.size > MAX_WORKLOADS && first !== undefined) {
      this.#records.delete(first[0]);
      this.#tell(first[1].ledger.tell(this.#readAt, true), first[1].subject);
    }
    return record;
  }

  #tell(telling: Telling<Thing> | undefined, subject: Subject): void {
    if (telling === undefined) return;
    const { things, notCounted } = telling;
    const { tell, onNotCounted, onTold } = this.#options;
    for (const thing of things) onTold(thing);
    if (notCounted > 0) onNotCounted(notCounted);
    const since = new Date(telling.since).toISOString();
    for (const [index, part] of partsOf(things, MAX_THINGS).entries()) {
      tell({ since, things: part, ...(index === 0 && notCounted > 0 && { notCounted }) }, subject);
    }
  }
}
