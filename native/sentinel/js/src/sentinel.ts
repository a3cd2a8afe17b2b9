import { SentinelError, typed } from './error.ts';
import type { SentinelEvent } from './event.ts';
import type { ContainerFiles } from './file.ts';
import { type NativeCounters, native, type SentinelHandle } from './native.ts';
import type { ContainerPrograms } from './program.ts';
import { type ContainerRules, checkRules } from './rules.ts';

export interface SentinelHandlers {
  /** `lost` events before these were dropped, because they were not taken in time. */
  onEvents(events: readonly SentinelEvent[], lost: number): void;
}

export interface WatchedContainer {
  /** A process of the container that runs. */
  readonly pid: number;
}

/** Counts since the sentinel was made, of all containers together. */
export type SentinelCounters = Readonly<NativeCounters>;

/**
 * Answers the kernel when processes of containers run programs and open files. One native thread does, never JavaScript.
 * When this process ends in whatever way, the kernel lets everything through and nothing hangs.
 *
 * Needs CAP_SYS_ADMIN and CAP_SYS_PTRACE and the machine's process identifiers. Keeps the process alive until stopped.
 */
export class Sentinel {
  readonly #handle: SentinelHandle;
  #stopped: Promise<void> | undefined;

  /** Why containers cannot be watched here, in one line; undefined when they can. */
  static missing(): string | undefined {
    const reason = native().missing();
    return reason === '' ? undefined : reason;
  }

  /** Throws a SentinelError where containers cannot be watched. */
  constructor(handlers: SentinelHandlers) {
    this.#handle = typed(() => native().create((events, lost) => handlers.onEvents(events, lost)));
  }

  /**
   * Holds a container to rules from now on. What runs already goes on; what was opened stays open. Throws a SentinelError where
   * that cannot be; then nothing is watched.
   */
  watch(id: string, { pid }: WatchedContainer, rules: ContainerRules): void {
    this.#mustRun();
    checkRules(rules);
    typed(() => native().watch(this.#handle, id, pid, rules));
  }

  /** Holds a container to other rules from the next question on, to all of them at once. */
  setRules(id: string, rules: ContainerRules): void {
    this.#mustRun();
    checkRules(rules);
    typed(() => native().setRules(this.#handle, id, rules));
  }

  /** Lets everything happen in a container again, what it waits for included. Does nothing for one that is not watched. */
  remove(id: string): void {
    this.#mustRun();
    native().remove(this.#handle, id);
  }

  /**
   * Counts what runs already in a container that is learnt from, by one process of each program. Does nothing for one that is not
   * watched, and leaves out a process that has ended.
   */
  noteRunning(id: string, processes: readonly number[]): void {
    this.#mustRun();
    native().noteRunning(this.#handle, id, processes);
  }

  /**
   * Counts the files that processes of a container have open to be written: such a file is told of as it is closed, and one of a
   * database or a log is not for months. Does nothing for a container that is not watched, and leaves out a process that has ended.
   */
  noteOpen(id: string, processes: readonly number[]): void {
    this.#mustRun();
    native().noteOpen(this.#handle, id, processes);
  }

  /**
   * What was run in containers that are learnt from since it was asked last, also in those that were removed since. Containers that ran
   * nothing are left out.
   */
  takePrograms(): readonly ContainerPrograms[] {
    return native().takePrograms(this.#handle);
  }

  /** The same of what was written. */
  takeFiles(): readonly ContainerFiles[] {
    return native().takeFiles(this.#handle);
  }

  counters(): SentinelCounters {
    return native().counters(this.#handle);
  }

  /** Lets everything happen in all containers, what they wait for included. All events are delivered when it resolves. */
  stop(): Promise<void> {
    this.#stopped ??= native().stop(this.#handle);
    return this.#stopped;
  }

  #mustRun(): void {
    if (this.#stopped !== undefined) throw new SentinelError('STOPPED', 'the sentinel is stopped: make a new one');
  }
}
