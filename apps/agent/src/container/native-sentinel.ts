import {
  type ContainerFiles,
  type ContainerPrograms,
  Sentinel,
  type SentinelCounters,
  type SentinelHandlers,
} from '@bulkhead/sentinel';
import { codeOf, NO_RESOURCES } from './container-guard.ts';
import { ENOUGH_GROUPS, raiseGroupLimit } from './group-limit.ts';
import type { ContainerSentinel, WatchedFor } from './sentinel-port.ts';

export interface NativeSentinelOptions extends SentinelHandlers {
  /** Whether the configuration wants containers to be held. */
  readonly isEnabled: boolean;
  /** Told once, when the first container is to be watched and none can be. */
  readonly onMissing: (why: string) => void;
  /** Told when the kernel's limit of fanotify groups was reached, and raised. */
  readonly onLimitRaised: (from: number, to: number) => void;
}

/** The native sentinel. It is loaded with the first container that is to be watched. */
export class NativeSentinel implements ContainerSentinel {
  readonly #options: NativeSentinelOptions;
  #missing: { readonly why: string | undefined } | undefined;
  #sentinel: Sentinel | undefined;

  constructor(options: NativeSentinelOptions) {
    this.#options = options;
  }

  get missing(): string | undefined {
    if (!this.#options.isEnabled) return 'the configuration of the agent has sentinel.enabled: false';
    if (this.#missing === undefined) {
      this.#missing = { why: whyMissing() };
      if (this.#missing.why !== undefined) this.#options.onMissing(this.#missing.why);
    }
    return this.#missing.why;
  }

  watch(id: string, container: { readonly pid: number }, rules: WatchedFor): void {
    this.#sentinel ??= new Sentinel(this.#options);
    const sentinel = this.#sentinel;
    this.#withRoom(() => sentinel.watch(id, container, rules));
  }

  setRules(id: string, rules: WatchedFor): void {
    // One that is learnt from and is to be held takes another group before it gives its own back.
    this.#withRoom(() => this.#sentinel?.setRules(id, rules));
  }

  noteRunning(id: string, processes: readonly number[]): void {
    this.#sentinel?.noteRunning(id, processes);
  }

  noteOpen(id: string, processes: readonly number[]): void {
    this.#sentinel?.noteOpen(id, processes);
  }

  /** What was run since it was asked last, of each container that ran anything. */
  takePrograms(): readonly ContainerPrograms[] {
    return this.#sentinel?.takePrograms() ?? [];
  }

  /** What was written since it was asked last, of each container that wrote anything. */
  takeFiles(): readonly ContainerFiles[] {
    return this.#sentinel?.takeFiles() ?? [];
  }

  remove(id: string): void {
    this.#sentinel?.remove(id);
  }

  /** What it did so far; nothing where no container was ever to be watched. */
  counters(): SentinelCounters | undefined {
    return this.#sentinel?.counters();
  }

  async stop(): Promise<void> {
    await this.#sentinel?.stop();
  }

  #withRoom(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (codeOf(error) !== NO_RESOURCES || !this.#raiseLimit()) throw error;
      act();
    }
  }

  #raiseLimit(): boolean {
    const before = raiseGroupLimit();
    if (before === undefined) return false;
    this.#options.onLimitRaised(before, ENOUGH_GROUPS);
    return true;
  }
}

/** That it is not built, or cannot be loaded, is a reason like any other: the agent has other work. */
function whyMissing(): string | undefined {
  try {
    return Sentinel.missing();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
