import { evaluateExecution, type Policy } from '@bulkhead/policy';
import type { Enforcement } from '@bulkhead/rpc';
import type { SentinelEvent } from '@bulkhead/sentinel';
import type { NewAgentEvent, Subject } from '../event/agent-event.ts';
import type { RunningContainer } from '../workload/running-container.ts';
import { ContainerGuards } from './container-guards.ts';
import { type ContainerPlan, planContainers, policiesOf } from './container-plan.ts';
import { describeRunning, describeUse } from './describe-use.ts';
import { RunningPrograms } from './running-programs.ts';
import type { ContainerSentinel } from './sentinel-port.ts';

export interface ContainersPorts {
  readonly sentinel: ContainerSentinel;
  readonly emit: (event: NewAgentEvent) => void;
}

/** A container with more programs that its policy denies is told of by so many of them. */
const MAX_TOLD = 32;
/** Containers that were let go and are remembered: what was refused in one may be why it ended, and is told after that. */
const MAX_ENDED = 256;

/** Keeps the programs and files of this node's containers as its policy says, whichever of the two changes. */
export class Containers {
  readonly #emit: ContainersPorts['emit'];
  readonly #guards: ContainerGuards;
  /** Of those that were let go last, the last one last. */
  readonly #ended = new Map<string, Subject>();
  #policy: Policy;
  #containers: readonly RunningContainer[] = [];
  #running: RunningPrograms | undefined;

  constructor(policy: Policy, { sentinel, emit }: ContainersPorts) {
    this.#policy = policy;
    this.#emit = emit;
    this.#guards = new ContainerGuards(sentinel, {
      onHeld: (plan) => this.#onHeld(plan),
      onLetGo: (plan) => this.#onLetGo(plan),
      onFailed: ({ subject }, error) => emit({ event: 'workload-failed', problem: text(error), ...subject }),
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
    return [...this.#guards.wanted.keys()].map((id) => {
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
    const subject = this.#guards.wanted.get(event.id)?.subject ?? this.#ended.get(event.id);
    if (subject !== undefined) this.#emit(describeUse(event, subject));
  }

  close(): void {
    this.#guards.close();
  }

  #apply(): void {
    this.#guards.want(planContainers(this.#containers, this.#policy));
    this.#running = undefined;
  }

  #onLetGo({ container, subject }: ContainerPlan): void {
    this.#emit({ event: 'container-released', ...subject });
    this.#ended.set(container.id, subject);
    const [first] = this.#ended.keys();
    if (this.#ended.size > MAX_ENDED && first !== undefined) this.#ended.delete(first);
  }

  #onHeld(plan: ContainerPlan): void {
    const { subject, container } = plan;
    this.#emit({ event: 'container-protected', policies: policiesOf(plan), ...subject });
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

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
