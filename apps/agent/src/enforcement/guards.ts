import type { NamespacePlan } from '../plan.ts';
import { Guard } from './guard.ts';
import type { Inspector, Steering } from './ports.ts';

/** What becomes known as guards are set and lifted. */
export interface GuardListener {
  onHeld(plan: NamespacePlan, before: NamespacePlan | undefined): void;
  /** A namespace is about to be let go, whose flows were counted until now. Never rejects. */
  onLettingGo(plan: NamespacePlan): Promise<void>;
  /** `problem` is why rules of ours may be left in the namespace, undefined when none are. */
  onLetGo(plan: NamespacePlan, problem: unknown): void;
  /** The plan is not in force. It is tried again after a while. */
  onFailed(plan: NamespacePlan, error: unknown): void;
}

/** A namespace that refused, for want of memory or because something else changed its rules, is asked again. */
const RETRY_MS = 5_000;

/** Brings the namespaces of this node to what is planned for them, one at a time, always towards the newest plans. */
export class Guards {
  readonly #make: () => Guard;
  readonly #listener: GuardListener;
  readonly #guards = new Map<string, Guard>();
  #wanted: ReadonlyMap<string, NamespacePlan> = new Map();
  #running: Promise<void> | undefined;
  #isStale = false;
  #retry: NodeJS.Timeout | undefined;
  readonly #failed = new Map<string, unknown>();
  #isClosed = false;

  constructor(inspector: Inspector, steering: Steering, queueNumber: number, listener: GuardListener) {
    this.#make = () => new Guard(inspector, steering, queueNumber);
    this.#listener = listener;
  }

  /** Namespaces whose plan is in force. */
  get heldPlans(): readonly NamespacePlan[] {
    return [...this.#guards.values()].flatMap((guard) => guard.held ?? []);
  }

  /** Those of them whose flows are counted. */
  get countedPlans(): readonly NamespacePlan[] {
    return [...this.#guards.values()].flatMap(({ held, isCounted }) => (isCounted ? (held ?? []) : []));
  }

  /** How many namespaces have a plan that is not in force. */
  get failures(): number {
    return this.#failed.size;
  }

  /** Why a namespace's plan is not in force; nothing where it is. */
  problemOf(key: string): unknown {
    return this.#failed.get(key);
  }

  /** Wants these plans to be in force and no others. Resolves when all of them were tried. */
  want(plans: ReadonlyMap<string, NamespacePlan>): Promise<void> {
    if (this.#isClosed) return this.#running ?? Promise.resolve();
    this.#wanted = plans;
    this.#isStale = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Lets every namespace go; what is wanted later is not done any more. */
  async close(): Promise<void> {
    const done = this.want(new Map());
    this.#isClosed = true;
    await done;
    clearTimeout(this.#retry);
  }

  /** Ends with every plan left as far in force as it is: from now on the kernel goes by its rules alone. */
  async leave(): Promise<void> {
    this.#isClosed = true;
    await this.#running;
    clearTimeout(this.#retry);
    for (const guard of this.#guards.values()) guard.leave();
  }

  async #run(): Promise<void> {
    clearTimeout(this.#retry);
    while (this.#isStale) {
      this.#isStale = false;
      this.#failed.clear();
      const wanted = this.#wanted;
      for (const [key, guard] of this.#guards) if (!wanted.has(key)) await this.#letGo(key, guard);
      for (const plan of wanted.values()) {
        if (this.#isStale || this.#isClosed) break;
        await this.#hold(plan);
      }
    }
    if (this.#failed.size > 0) this.#retry = setTimeout(() => void this.want(this.#wanted), RETRY_MS);
  }

  async #hold(plan: NamespacePlan): Promise<void> {
    const guard = this.#guards.get(plan.key) ?? this.#make();
    this.#guards.set(plan.key, guard);
    const before = guard.held;
    if (before !== undefined && JSON.stringify(before) === JSON.stringify(plan)) return;
    try {
      await guard.hold(plan);
      this.#listener.onHeld(plan, before);
    } catch (error) {
      this.#failed.set(plan.key, error);
      this.#listener.onFailed(plan, error);
    }
  }

  async #letGo(key: string, guard: Guard): Promise<void> {
    this.#guards.delete(key);
    const { held } = guard;
    if (held === undefined) return;
    if (guard.isCounted) await this.#listener.onLettingGo(held);
    const problem = await guard.letGo().then(
      () => undefined,
      (error: unknown) => error,
    );
    this.#listener.onLetGo(held, problem);
  }
}
