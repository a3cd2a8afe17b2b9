import type { ContainerRules } from '@bulkhead/policy';

/** Who answers the kernel about programs and files of containers. What cannot be done is thrown, with a code. */
export interface ContainerSentinel {
  /** Why no container of this node can be held to anything; nothing where they can. */
  readonly missing: string | undefined;
  /** Holds a container, by a process of it, to rules. */
  watch(id: string, container: { readonly pid: number }, rules: ContainerRules): void;
  /** Holds it to other rules, all at once. */
  setRules(id: string, rules: ContainerRules): void;
  /** Lets it go. One that is not held is let be. */
  remove(id: string): void;
}
