import type { ContainerRules } from '@bulkhead/policy';

/** What is counted in containers, also where no policy is about it. */
export interface Learning {
  /** What they run. */
  readonly programs: boolean;
  /** What they write. */
  readonly files: boolean;
}

/** What a container is held to, and what is counted in it. */
export interface WatchedFor extends ContainerRules {
  readonly learn?: Learning;
}

/** Who answers the kernel about programs and files of containers. What cannot be done is thrown, with a code. */
export interface ContainerSentinel {
  /** Why no container of this node can be held to anything; nothing where they can. */
  readonly missing: string | undefined;
  /** Holds a container, by a process of it, to rules. */
  watch(id: string, container: { readonly pid: number }, rules: WatchedFor): void;
  /** Holds it to other rules, all at once. */
  setRules(id: string, rules: WatchedFor): void;
  /** Counts what runs already in a container, by one process of each program. */
  noteRunning(id: string, processes: readonly number[]): void;
  /** Counts files that processes of a container have open to be written. */
  noteOpen(id: string, processes: readonly number[]): void;
  /** Lets it go. One that is not held is let be. */
  remove(id: string): void;
}
