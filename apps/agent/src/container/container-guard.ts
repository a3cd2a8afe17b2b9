import type { ContainerPlan } from './container-plan.ts';
import type { ContainerSentinel, WatchedFor } from './sentinel-port.ts';

/** What a rule set that wants programs of the image alone gets where a container's files are not those of an image. */
export const IMAGE_UNKNOWN = 'IMAGE_UNKNOWN';

/** Holds one container to its plan. */
export class ContainerGuard {
  readonly #sentinel: ContainerSentinel;
  #held: ContainerPlan | undefined;

  constructor(sentinel: ContainerSentinel) {
    this.#sentinel = sentinel;
  }

  /** What is in force, or as much of it as can be. */
  get held(): ContainerPlan | undefined {
    return this.#held;
  }

  /**
   * Brings a plan into force, and gives why it is only partly: where it cannot be told what is from the image, all other rules
   * are. Throws when nothing of it can be; what was in force before stays.
   */
  hold(plan: ContainerPlan): unknown {
    try {
      this.#bring(plan, plan.rules);
      return undefined;
    } catch (error) {
      if (codeOf(error) !== IMAGE_UNKNOWN) throw error;
      this.#bring(plan, withoutImage(plan.rules));
      return error;
    }
  }

  letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held !== undefined) this.#sentinel.remove(held.container.id);
  }

  #bring(plan: ContainerPlan, rules: WatchedFor): void {
    const { id, pid } = plan.container;
    if (this.#held !== undefined && this.#held.container.pid !== pid) this.letGo();
    if (this.#held === undefined) this.#sentinel.watch(id, { pid }, rules);
    else this.#sentinel.setRules(id, rules);
    this.#held = plan;
  }
}

export function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

function withoutImage({ process, ...others }: WatchedFor): WatchedFor {
  return { process: process.map((set) => ({ ...set, onlyFromImage: false })), ...others };
}
