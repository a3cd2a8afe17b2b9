import type { ContainerRules } from '@bulkhead/policy';
import { Sentinel, type SentinelCounters, type SentinelHandlers } from '@bulkhead/sentinel';
import { codeOf } from './container-guard.ts';
import { ENOUGH_GROUPS, raiseGroupLimit } from './group-limit.ts';
import type { ContainerSentinel } from './sentinel-port.ts';

export interface NativeSentinelOptions extends SentinelHandlers {
  /** Whether the configuration wants containers to be held. */
  readonly isEnabled: boolean;
  /** Told once, when the first container is to be held and none can be. */
  readonly onMissing: (why: string) => void;
  /** Told when the kernel's limit of fanotify groups was reached, and raised. */
  readonly onLimitRaised: (from: number, to: number) => void;
}

/** The native sentinel. It is loaded with the first container that a policy about programs or files is about. */
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

  watch(id: string, container: { readonly pid: number }, rules: ContainerRules): void {
    this.#sentinel ??= new Sentinel(this.#options);
    const sentinel = this.#sentinel;
    try {
      sentinel.watch(id, container, rules);
    } catch (error) {
      if (codeOf(error) !== 'NO_RESOURCES' || !this.#raiseLimit()) throw error;
      sentinel.watch(id, container, rules);
    }
  }

  setRules(id: string, rules: ContainerRules): void {
    this.#sentinel?.setRules(id, rules);
  }

  remove(id: string): void {
    this.#sentinel?.remove(id);
  }

  /** What it did so far; nothing where no container was ever to be held. */
  counters(): SentinelCounters | undefined {
    return this.#sentinel?.counters();
  }

  async stop(): Promise<void> {
    await this.#sentinel?.stop();
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
