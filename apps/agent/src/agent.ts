import type { Policy } from '@bulkhead/policy';
import type { AgentConfig } from './config.ts';
import { sourceId } from './enforcement/guard.ts';
import { Guards } from './enforcement/guards.ts';
import type { Inspector, Steering } from './enforcement/ports.ts';
import type { NewAgentEvent, Subject } from './event/agent-event.ts';
import { subjectOf } from './event/subject.ts';
import { type NamespacePlan, planNamespaces } from './plan.ts';
import type { PolicyChange } from './policy/policy-watch.ts';
import type { LocatedWorkload } from './workload/located.ts';

export interface AgentPorts {
  readonly inspector: Inspector;
  readonly steering: Steering;
  readonly emit: (event: NewAgentEvent) => void;
  /** The agent can never do its work on this machine. */
  readonly onHopeless: (error: unknown) => void;
}

/** Errors that no retry and no other policy mends. */
const HOPELESS = new Set(['QUEUE_UNSUPPORTED', 'ADDON_MISSING', 'NOT_PERMITTED']);

/** Keeps the namespaces of this node as its policy says, whichever of the two changes. */
export class Agent {
  readonly #ports: AgentPorts;
  readonly #guards: Guards;
  readonly #subjects = new Map<string, Subject>();
  #policy: Policy;
  #workloads: readonly LocatedWorkload[] | undefined;
  readonly #swept = new Set<string>();

  constructor(config: Pick<AgentConfig, 'queue'>, policy: Policy, ports: AgentPorts) {
    this.#ports = ports;
    this.#policy = policy;
    this.#guards = new Guards(ports.inspector, ports.steering, config.queue, {
      onHeld: (plan) => this.#onHeld(plan),
      onLetGo: (plan, problem) => {
        ports.emit({
          event: 'workload-released',
          ...subjectOf(plan),
          ...(problem !== undefined && { problem: text(problem) }),
        });
      },
      onFailed: (plan, error) => {
        ports.emit({ event: 'workload-failed', problem: text(error), ...subjectOf(plan) });
        if (HOPELESS.has((error as { code?: string }).code ?? '')) ports.onHopeless(error);
      },
    });
  }

  /** Why the agent does not do its work yet, or not everywhere. */
  get notReady(): string | undefined {
    if (this.#workloads === undefined) return 'the workloads of this node are not known yet';
    const { failures } = this.#guards;
    return failures === 0 ? undefined : `${failures} network namespaces are not held to their policy`;
  }

  get namespaces(): { readonly held: number; readonly failed: number } {
    return { held: this.#guards.heldPlans.length, failed: this.#guards.failures };
  }

  /** Whose traffic a source of the inspector carries. */
  subjectOf(source: string): Subject | undefined {
    return this.#subjects.get(source);
  }

  setPolicy({ policy }: PolicyChange): Promise<void> {
    this.#policy = policy;
    return this.#apply();
  }

  setWorkloads(workloads: readonly LocatedWorkload[]): Promise<void> {
    this.#workloads = workloads;
    return this.#apply();
  }

  /** Lets every namespace go. */
  close(): Promise<void> {
    return this.#guards.close();
  }

  async #apply(): Promise<void> {
    if (this.#workloads === undefined) return;
    const plans = planNamespaces(this.#workloads, this.#policy);
    // Known before the sources are: the first packet may be reported before the rules are settled.
    for (const plan of plans.values()) this.#subjects.set(sourceId(plan), subjectOf(plan));
    await this.#guards.want(plans);
    const held = new Set(this.#guards.heldPlans.map(sourceId));
    for (const source of this.#subjects.keys()) if (!held.has(source)) this.#subjects.delete(source);
    await this.#sweep(plans);
  }

  #onHeld(plan: NamespacePlan): void {
    const { sensors, mode, onFailure } = plan.policy;
    this.#ports.emit({
      event: 'workload-protected',
      ...subjectOf(plan),
      sensors: sensors.map((sensor) => sensor.name),
      ...(mode === 'protect' && { onFailure }),
    });
  }

  /** Removes rules of an agent that was killed where the policy asks for none any more. Once per namespace. */
  async #sweep(plans: ReadonlyMap<string, NamespacePlan>): Promise<void> {
    for (const { netnsKey, netns } of this.#workloads ?? []) {
      if (plans.has(netnsKey) || this.#swept.has(netnsKey)) continue;
      this.#swept.add(netnsKey);
      try {
        await this.#ports.steering.releaseAbandoned(netns.path);
      } catch {
        // Not ours to guard, and perhaps gone by now: what remains there is what was there before.
      }
    }
  }
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
