import { type ContainerPlan, isHeld } from './container-plan.ts';
import type { ContainerSentinel, WatchedFor } from './sentinel-port.ts';

/** What a rule set that wants programs of the image alone gets where a container's files are not those of an image. */
export const IMAGE_UNKNOWN = 'IMAGE_UNKNOWN';
/** The node has no more of what each container takes. */
export const NO_RESOURCES = 'NO_RESOURCES';

/** What stands in the way of a part of a plan: less of it is wanted then. */
const LESS: Readonly<Record<string, (rules: WatchedFor) => WatchedFor | undefined>> = {
  [IMAGE_UNKNOWN]: withoutImage,
  [NO_RESOURCES]: withoutFiles,
};

/** Holds one container to its plan. */
export class ContainerGuard {
  readonly #sentinel: ContainerSentinel;
  #held: ContainerPlan | undefined;
  #rules: WatchedFor | undefined;

  constructor(sentinel: ContainerSentinel) {
    this.#sentinel = sentinel;
  }

  /** What is in force, or as much of it as can be. */
  get held(): ContainerPlan | undefined {
    return this.#held;
  }

  /** Whether it is to be counted what the container writes, and is not: there was no room for it, or it gave way to others. */
  get lacksFiles(): boolean {
    return this.#held?.rules.learn?.files === true && this.#rules?.learn?.files !== true;
  }

  /** Whether it could do without counting what the container writes, and so leave room for others. */
  get canGiveUpFiles(): boolean {
    return this.#rules !== undefined && withoutFiles(this.#rules) !== undefined;
  }

  /**
   * Brings a plan into force, and gives why it is only partly: where it cannot be told what is from the image, all other rules
   * are. Where there is no room to count what the container writes, all else is done. Throws when nothing of it can be; what was in
   * force before stays.
   */
  hold(plan: ContainerPlan): unknown {
    return this.#holdTo(plan, plan.rules);
  }

  giveUpFiles(): void {
    const less = this.#rules && withoutFiles(this.#rules);
    if (this.#held !== undefined && less !== undefined) this.#bring(this.#held, less);
  }

  /** Counts again what the container writes, and gives why it cannot. */
  regainFiles(): unknown {
    const learn = this.#held?.rules.learn;
    if (this.#held === undefined || this.#rules === undefined || learn === undefined) return undefined;
    try {
      this.#bring(this.#held, { ...this.#rules, learn });
      return undefined;
    } catch (error) {
      return error;
    }
  }

  letGo(): void {
    const held = this.#held;
    this.#held = undefined;
    this.#rules = undefined;
    if (held !== undefined) this.#sentinel.remove(held.container.id);
  }

  #holdTo(plan: ContainerPlan, rules: WatchedFor): unknown {
    try {
      this.#bring(plan, rules);
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      const less = LESS[code ?? '']?.(rules);
      if (less === undefined) throw error;
      const other = this.#holdTo(plan, less);
      return code === IMAGE_UNKNOWN ? error : other;
    }
  }

  #bring(plan: ContainerPlan, rules: WatchedFor): void {
    const { id, pid } = plan.container;
    if (this.#held !== undefined && this.#held.container.pid !== pid) this.letGo();
    if (this.#held === undefined) this.#sentinel.watch(id, { pid }, rules);
    else this.#sentinel.setRules(id, rules);
    this.#held = plan;
    this.#rules = rules;
  }
}

export function codeOf(error: unknown): string | undefined {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Nothing where no set wants programs of the image. */
function withoutImage({ process, ...others }: WatchedFor): WatchedFor | undefined {
  if (!process.some(({ onlyFromImage }) => onlyFromImage)) return undefined;
  return { process: process.map((set) => ({ ...set, onlyFromImage: false })), ...others };
}

/** Nothing where it is not counted what is written, or nothing else is wanted. */
function withoutFiles(rules: WatchedFor): WatchedFor | undefined {
  const { learn } = rules;
  if (learn?.files !== true || (!learn.programs && !isHeld({ rules }))) return undefined;
  return { ...rules, learn: { ...learn, files: false } };
}
