import { ContainerGuard, codeOf, IMAGE_UNKNOWN, NO_RESOURCES } from './container-guard.ts';
import { type ContainerPlan, isHeld } from './container-plan.ts';
import type { ContainerSentinel } from './sentinel-port.ts';

/** What becomes known as containers are held and let go. */
export interface ContainerListener {
  /** Of a container that was not watched before, or for something else. */
  onHeld(plan: ContainerPlan, before: ContainerPlan | undefined): void;
  onLetGo(plan: ContainerPlan): void;
  /** The plan is not in force, or not all of it. It is tried again after a while; told once for each reason. */
  onFailed(plan: ContainerPlan, error: unknown): void;
  /** It begins or ends that there is no room to count what a container writes. All else of its plan is done. */
  onFilesCounted(plan: ContainerPlan, areCounted: boolean): void;
}

/** A container that could not be held is asked again: its processes may have been about to start. */
const RETRY_MS = 5_000;
/** Where what is only counted made room, which takes a moment. */
const ROOM_MS = 100;

/** The container has ended: the inventory says so in a moment. */
const GONE = 'CONTAINER_GONE';

/** Holds the containers of this node to what is planned for their programs and files. */
export class ContainerGuards {
  readonly #sentinel: ContainerSentinel;
  readonly #listener: ContainerListener;
  readonly #guards = new Map<string, ContainerGuard>();
  readonly #problems = new Map<string, unknown>();
  /** Containers of which it was told that what they write is not counted. */
  readonly #toldUncounted = new Set<string>();
  #wanted: ReadonlyMap<string, ContainerPlan> = new Map();
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  #madeRoom = false;

  constructor(sentinel: ContainerSentinel, listener: ContainerListener) {
    this.#sentinel = sentinel;
    this.#listener = listener;
  }

  /** What is wanted, by the id of the container. */
  get wanted(): ReadonlyMap<string, ContainerPlan> {
    return this.#wanted;
  }

  /**
   * Containers that are held, be it to a part of their plan, those whose plan is not in force as a whole, and those only learnt from;
   * and of all that are watched, those of which it is not counted what they write, for want of room.
   */
  get counts(): {
    readonly held: number;
    readonly failed: number;
    readonly learnt: number;
    readonly lackFiles: number;
  } {
    const watched = [...this.#guards.values()].flatMap(({ held }) => held ?? []);
    const held = watched.filter(isHeld).length;
    const failed = [...this.#problems.keys()].flatMap((id) => this.#wanted.get(id) ?? []).filter(isHeld).length;
    return { held, failed, learnt: watched.length - held, lackFiles: this.#toldUncounted.size };
  }

  /** Why a container's plan is not in force as a whole; nothing where it is. */
  problemOf(id: string): unknown {
    return this.#problems.get(id);
  }

  /** Wants these plans to be in force and no others. */
  want(plans: ReadonlyMap<string, ContainerPlan>): void {
    if (this.#isClosed) return;
    clearTimeout(this.#retry);
    this.#wanted = plans;
    for (const [id, guard] of this.#guards) if (!plans.has(id)) this.#letGo(id, guard);
    for (const id of this.#problems.keys()) if (!plans.has(id)) this.#problems.delete(id);
    // Not asked where nothing is wanted: to know it, the sentinel is loaded.
    const missing = plans.size === 0 ? undefined : this.#sentinel.missing;
    if (missing !== undefined) {
      for (const id of plans.keys()) this.#problems.set(id, new Error(missing));
      return;
    }
    this.#madeRoom = false;
    const all = [...plans.values()];
    for (const plan of all.filter(isHeld)) this.#hold(plan);
    // Those that are only learnt from have what is left, and not the room that one of them has just made.
    if (!this.#madeRoom) this.#learnFrom(all.filter((plan) => !isHeld(plan)));
    const isFull = [...this.#problems.values()].some((problem) => codeOf(problem) === NO_RESOURCES);
    if (!this.#madeRoom && !isFull) this.#regainFiles();
    if (this.#problems.size + this.#toldUncounted.size === 0) return;
    this.#retry = setTimeout(() => this.want(this.#wanted), this.#madeRoom ? ROOM_MS : RETRY_MS);
  }

  /** Ends: what is wanted later is not done any more. Whoever answers the kernel lets all containers go as it ends. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  /** Where one finds no room the others that are not watched yet would find none either: a node may have hundreds. */
  #learnFrom(plans: readonly ContainerPlan[]): void {
    let isFull = false;
    for (const plan of plans) {
      const { id } = plan.container;
      if (isFull && this.#guards.get(id)?.held === undefined) continue;
      this.#hold(plan);
      isFull ||= codeOf(this.#problems.get(id)) === NO_RESOURCES;
    }
  }

  #hold(plan: ContainerPlan): void {
    const { id } = plan.container;
    const guard = this.#guards.get(id) ?? new ContainerGuard(this.#sentinel);
    this.#guards.set(id, guard);
    const before = guard.held;
    const failed = this.#problems.get(id);
    const isSame = before !== undefined && JSON.stringify(before) === JSON.stringify(plan);
    // The files of a container are never those of an image later on.
    if (isSame && (failed === undefined || codeOf(failed) === IMAGE_UNKNOWN)) return;
    try {
      const problem = guard.hold(plan);
      if (problem === undefined) this.#problems.delete(id);
      else this.#fail(plan, problem);
      if (!isSame) this.#listener.onHeld(plan, before);
      this.#tellOfFiles(id, guard);
    } catch (error) {
      // What was in force is wanted no more, whatever becomes of the rest.
      if (before !== undefined && isHeld(before) && !isHeld(plan)) this.#letGo(id, guard);
      if (codeOf(error) === NO_RESOURCES && isHeld(plan)) this.#makeRoom();
      if (codeOf(error) === GONE) this.#problems.set(id, error);
      else this.#fail(plan, error);
    }
  }

  /**
   * Lets something go that is only counted: a container is to be held. What is written comes first, as programs are counted without
   * it, then containers that are only learnt from.
   */
  #makeRoom(): void {
    const isLearnt = ([, { held }]: readonly [string, ContainerGuard]): boolean => held !== undefined && !isHeld(held);
    const all = [...this.#guards];
    const counting = all.filter(([, guard]) => guard.canGiveUpFiles);
    const files = counting.find(isLearnt) ?? counting[0];
    const learnt = all.find(isLearnt);
    if (files !== undefined) {
      files[1].giveUpFiles();
      this.#tellOfFiles(...files);
    } else if (learnt !== undefined) this.#letGo(...learnt);
    else return;
    this.#madeRoom = true;
  }

  /** Where one finds no room the others would find none either. */
  #regainFiles(): void {
    for (const [id, guard] of this.#guards) {
      if (!guard.lacksFiles) continue;
      if (codeOf(guard.regainFiles()) === NO_RESOURCES) return;
      this.#tellOfFiles(id, guard);
    }
  }

  #tellOfFiles(id: string, { held, lacksFiles }: ContainerGuard): void {
    if (held === undefined || lacksFiles === this.#toldUncounted.has(id)) return;
    if (lacksFiles) this.#toldUncounted.add(id);
    else this.#toldUncounted.delete(id);
    this.#listener.onFilesCounted(held, !lacksFiles);
  }

  #fail(plan: ContainerPlan, error: unknown): void {
    const { id } = plan.container;
    const before = this.#problems.get(id);
    this.#problems.set(id, error);
    if (before === undefined || textOf(before) !== textOf(error)) this.#listener.onFailed(plan, error);
  }

  #letGo(id: string, guard: ContainerGuard): void {
    this.#guards.delete(id);
    this.#toldUncounted.delete(id);
    const { held } = guard;
    if (held === undefined) return;
    guard.letGo();
    this.#listener.onLetGo(held);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
