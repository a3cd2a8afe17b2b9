import { setImmediate } from 'node:timers/promises';
import { evaluateExecution, type Policy } from '@bulkhead/policy';
import type { Enforcement } from '@bulkhead/rpc';
import type { SentinelEvent } from '@bulkhead/sentinel';
import type { NewAgentEvent, Subject } from '../event/agent-event.ts';
import type { RunningContainer } from '../workload/running-container.ts';
import { ContainerGuards } from './container-guards.ts';
import { type ContainerPlan, isHeld, planContainers, policiesOf } from './container-plan.ts';
import { describeRunning, describeUse } from './describe-use.ts';
import { RunningPrograms } from './running-programs.ts';
import type { ContainerSentinel, Learning } from './sentinel-port.ts';

export interface ContainersPorts {
  readonly sentinel: ContainerSentinel;
  readonly emit: (event: NewAgentEvent) => void;
  /** That what a container runs or writes is not counted, or is again, is no event: nothing is less safe. */
  readonly onCounting: (notice: string) => void;
}

/** A container with more programs that its policy denies is told of by so many of them. */
const MAX_TOLD = 32;
/** Programs that run already as a container is watched. More are learnt when they are run again. */
const MAX_RUNNING = 256;
/** Containers that were let go and are remembered: what was refused in one may be why it ended, and is told after that. */
const MAX_ENDED = 256;
const NO_ROOM =
  'not counted: this node has no fanotify group left for it, and what holds containers to policies comes first; raise fs.fanotify.max_user_groups';

/** Keeps the programs and files of this node's containers as its policy says, whichever of the two changes. */
export class Containers {
  readonly #emit: ContainersPorts['emit'];
  readonly #sentinel: ContainerSentinel;
  readonly #learning: Learning;
  readonly #guards: ContainerGuards;
  /** Of those that were let go last, the last one last. */
  readonly #ended = new Map<string, Subject>();
  #policy: Policy;
  #containers: readonly RunningContainer[] = [];
  #running: RunningPrograms | undefined;

  constructor(policy: Policy, { sentinel, emit, onCounting }: ContainersPorts, learning: Learning) {
    this.#policy = policy;
    this.#emit = emit;
    this.#sentinel = sentinel;
    this.#learning = learning;
    this.#guards = new ContainerGuards(sentinel, {
      onHeld: (plan, before) => this.#onHeld(plan, before),
      onLetGo: (plan) => this.#onLetGo(plan),
      onFailed: (plan, error) => {
        if (isHeld(plan)) return emit({ event: 'workload-failed', problem: text(error), ...plan.subject });
        onCounting(`what ${nameOf(plan)} runs and writes is not counted: ${text(error)}`);
      },
      onFilesCounted: (plan, areCounted) => {
        onCounting(`what ${nameOf(plan)} writes is ${areCounted ? 'counted again' : NO_ROOM}`);
        if (areCounted) this.#noteOpen(plan);
      },
    });
  }

  get counts(): ContainerGuards['counts'] {
    return this.#guards.counts;
  }

  /** All that run, also those that are held to nothing. */
  get running(): readonly RunningContainer[] {
    return this.#containers;
  }

  /** For each container that is to be held to something, whether it is. */
  get enforcement(): readonly Enforcement[] {
    const held = [...this.#guards.wanted.values()].filter(isHeld);
    return held.map(({ container: { id } }) => {
      const problem = this.#guards.problemOf(id);
      return {
        workloadId: id,
        enforced: problem === undefined,
        problem: problem === undefined ? undefined : text(problem),
      };
    });
  }

  setPolicy(policy: Policy): void {
    this.#policy = policy;
    this.#apply();
  }

  setContainers(containers: readonly RunningContainer[]): void {
    this.#containers = containers;
    this.#apply();
  }

  /** Takes in what the sentinel told, also of a container that has just ended. */
  onUse(event: SentinelEvent): void {
    const subject = this.subjectOf(event.id);
    if (subject !== undefined) this.#emit(describeUse(event, subject));
  }

  /** Whom the sentinel means by an id, also where that has just ended. */
  subjectOf(id: string): Subject | undefined {
    return this.#guards.wanted.get(id)?.subject ?? this.#ended.get(id);
  }

  /** Counts what runs now as run: what runs for months is seen no less than what is run every day. */
  noteRunning(): void {
    this.#running = undefined;
    for (const plan of this.#guards.wanted.values()) this.#noteRunning(plan);
    this.#running = undefined;
  }

  /** Counts what is open to be written now, until the agent stops: it may be months until it is closed. */
  async noteOpen(stopped: AbortSignal): Promise<void> {
    this.#running = undefined;
    for (const plan of this.#guards.wanted.values()) {
      if (stopped.aborted) break;
      this.#noteOpen(plan);
      // A container may have thousands of descriptors: none of the others, and no packet's event, waits for all of them.
      await setImmediate();
    }
    this.#running = undefined;
  }

  close(): void {
    this.#guards.close();
  }

  #apply(): void {
    this.#guards.want(planContainers(this.#containers, this.#policy, this.#learning));
    this.#running = undefined;
  }

  #noteRunning({ container, rules }: ContainerPlan): void {
    if (rules.learn?.programs !== true) return;
    this.#running ??= new RunningPrograms();
    this.#sentinel.noteRunning(container.id, this.#running.onceWith(container.pid).slice(0, MAX_RUNNING));
  }

  #noteOpen({ container, rules }: ContainerPlan): void {
    if (rules.learn?.files !== true) return;
    this.#running ??= new RunningPrograms();
    this.#sentinel.noteOpen(container.id, this.#running.processesWith(container.pid));
  }

  #onLetGo(plan: ContainerPlan): void {
    const { container, subject } = plan;
    if (isHeld(plan)) this.#emit({ event: 'container-released', ...subject });
    this.#ended.set(container.id, subject);
    const [first] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && first !== undefined) this.#ended.delete(first);
  }

  #onHeld(plan: ContainerPlan, before: ContainerPlan | undefined): void {
    const { subject, container } = plan;
    if (isHeld(plan)) this.#emit({ event: 'container-protected', policies: policiesOf(plan), ...subject });
    else if (before !== undefined && isHeld(before)) this.#emit({ event: 'container-released', ...subject });
    // Who reads of one of its groups alone knows nothing of what was told before it was in it.
    const isNew = before?.container.pid !== container.pid || !isSameList(before.subject.groups, subject.groups);
    if (isNew) {
      this.#noteRunning(plan);
      this.#noteOpen(plan);
    }
    if (plan.rules.process.length === 0) return;
    this.#running ??= new RunningPrograms();
    const denied = this.#running.with(container.pid).flatMap((program) => {
      // Where its file comes from was to be asked as it was run.
      const { verdict, cause } = evaluateExecution({ ...program, fromImage: true }, subject.groups, this.#policy);
      return verdict !== 'allow' && cause.kind === 'rule' ? [describeRunning(program, cause, subject)] : [];
    });
    for (const event of denied.slice(0, MAX_TOLD)) this.#emit(event);
  }
}

function nameOf({ container, subject }: ContainerPlan): string {
  const [workload] = subject.workloads;
  const pod = workload?.pod === undefined ? '' : ` of the pod ${workload.namespace ?? ''}/${workload.pod}`;
  return `the container ${container.name}${pod}`;
}

function isSameList(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
