import type { ContainerRules } from '@bulkhead/policy';

/** What a container is held to, and whether what it runs is counted. */
export interface WatchedFor extends ContainerRules {
  readonly learn?: { readonly programs: boolean };
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
  /** Lets it go. One that is not held is let be. */
  remove(id: string): void;
}
