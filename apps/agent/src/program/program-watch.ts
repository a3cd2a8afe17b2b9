import { setInterval } from 'node:timers';
import { errorText } from '@bulkhead/core';
import type { ContainerPrograms } from '@bulkhead/sentinel';
import type { CountedProgram, NewAgentEvent, Subject } from '../event/agent-event.ts';
import { partsOf } from '../event/parts.ts';
import { ProgramLedger, type Telling } from './program-ledger.ts';

/** How often it is asked what was run: a new program is told so soon. */
const READ_MS = 10_000;
/** Of an event: few enough to be read. */
const MAX_PROGRAMS = 256;
/** Workloads that ran something in the last hour, also those that have ended. Of more, the first is told and forgotten. */
const MAX_WORKLOADS = 4_096;
/** Of all workloads together, so that many that run programs under ever new names do not fill the memory. */
const MAX_KNOWN = 16_384;

export interface ProgramWatchOptions {
  /** What was run since it was asked last, of each container that ran anything. */
  readonly take: () => readonly ContainerPrograms[];
  /** Whom that is about, by the container's id. */
  readonly subjectOf: (id: string) => Subject | undefined;
  readonly emit: (event: NewAgentEvent) => void;
  readonly onTold: (program: CountedProgram) => void;
  readonly onNotCounted: (count: number) => void;
  readonly onProblem: (problem: string) => void;
  readonly now?: () => number;
}

interface Record {
  readonly ledger: ProgramLedger;
  subject: Subject;
}

/** Tells what the containers of this node run. */
export class ProgramWatch {
  readonly #options: ProgramWatchOptions;
  readonly #now: () => number;
  /** By the workload's name: a container that is started anew is the same workload. */
  readonly #records = new Map<string, Record>();
  #readAt: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ProgramWatchOptions) {
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
        this.#options.onProblem(`what containers run is not told: ${errorText(error)}`);
      }
    }, READ_MS);
  }

  /** Asks once, and tells what is to be told; all that waits where nobody asks after that. */
  pass(all = false): void {
    const since = this.#readAt;
    this.#readAt = this.#now();
    for (const { id, programs, notCounted } of this.#options.take()) {
      const subject = this.#options.subjectOf(id);
      // One of very many that have ended in the meantime.
      if (subject === undefined) {
        this.#options.onNotCounted(programs.reduce((sum, { count }) => sum + count, notCounted));
        continue;
      }
      const record = this.#recordOf(subject);
      record.subject = subject;
      record.ledger.take(programs.map(toCounted), notCounted, since, MAX_KNOWN - this.#known);
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

  #recordOf(subject: Subject): Record {
    const name = JSON.stringify(subject.workloads);
    const known = this.#records.get(name);
    if (known !== undefined) return known;
    const record = { ledger: new ProgramLedger(this.#readAt), subject };
    this.#records.set(name, record);
    const [first] = this.#records;
    if (this.#records.size > MAX_WORKLOADS && first !== undefined) {
      this.#records.delete(first[0]);
      this.#tell(first[1].ledger.tell(this.#readAt, true), first[1].subject);
    }
    return record;
  }

  #tell(telling: Telling | undefined, subject: Subject): void {
    if (telling === undefined) return;
    const { since, programs, notCounted } = telling;
    const { emit, onNotCounted, onTold } = this.#options;
    for (const program of programs) onTold(program);
    if (notCounted > 0) onNotCounted(notCounted);
    for (const [index, part] of partsOf(programs, MAX_PROGRAMS).entries()) {
      emit({
        event: 'programs',
        since: new Date(since).toISOString(),
        ...subject,
        programs: part,
        ...(index === 0 && notCounted > 0 && { notCounted }),
      });
    }
  }
}

function toCounted({ path, user, fromImage, verdict, count }: ContainerPrograms['programs'][number]): CountedProgram {
  return {
    executable: path,
    ...(user !== undefined && { user }),
    ...(fromImage !== undefined && { fromImage }),
    verdict,
    count,
  };
}
