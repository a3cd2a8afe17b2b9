import type { Firewall } from '@bulkhead/nftables';
import type { NamespacePlan } from '../plan.ts';
import type { Inspector, Steering, SteeringRequest } from './ports.ts';

/** How a plan meets traffic: in its way, or beside it. Only `protect` may interrupt, so only it stands in the way. */
export function attachmentOf(plan: NamespacePlan): 'queue' | 'tap' {
  return plan.policy.mode === 'protect' ? 'queue' : 'tap';
}

/** Whether a plan needs rules in the kernel: to lead packets to the queue, or to judge who may talk to whom. */
function hasRules(plan: NamespacePlan): boolean {
  return attachmentOf(plan) === 'queue' || plan.firewall !== undefined;
}

/**
 * Holds one network namespace to its plan.
 *
 * The queue is opened before the rules lead packets there, and closed after they no longer do: with `onFailure: closed`
 * there is neither a moment in which packets pass uninspected nor one in which they are held back without need.
 */
export class Guard {
  readonly #inspector: Inspector;
  readonly #steering: Steering;
  readonly #queueNumber: number;
  #held: NamespacePlan | undefined;
  #log: { readonly close: () => void } | undefined;
  #isCounted = false;

  constructor(inspector: Inspector, steering: Steering, queueNumber: number) {
    this.#inspector = inspector;
    this.#steering = steering;
    this.#queueNumber = queueNumber;
  }

  /** What is in force. */
  get held(): NamespacePlan | undefined {
    return this.#held;
  }

  /** Whether this guard has the flows of what it holds counted. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  /** Brings a plan into force. When it cannot, what was in force before stays, or nothing does. */
  async hold(plan: NamespacePlan): Promise<void> {
    const before = this.#held;
    if (before !== undefined && isAttachedAlike(before, plan)) {
      if (JSON.stringify(before.program) !== JSON.stringify(plan.program)) {
        this.#inspector.setProgram(sourceId(plan), plan.program);
      }
      const applications = plan.firewall?.applications?.rules;
      if (JSON.stringify(before.firewall?.applications?.rules) !== JSON.stringify(applications)) {
        this.#inspector.setApplications(sourceId(plan), applications);
      }
      if (hasRules(plan)) await this.#steer(plan, before);
      else if (hasRules(before)) await this.#steering.release(plan.path, 'counts');
    } else {
      await this.#change(before, plan);
    }
    this.#held = plan;
    if (before?.path !== plan.path || !this.#isCounted) this.#isCounted = await this.#count(plan);
    if (plan.firewall === undefined && !this.#isCounted) this.#closeLog();
  }

  /** Lets the namespace go as it was found. */
  async letGo(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    this.#closeLog();
    try {
      if (hasRules(held) || this.#isCounted) await this.#steering.release(held.path, 'nothing');
    } finally {
      this.#inspector.remove(sourceId(held));
    }
  }

  /** Stops hearing what the rules tell, and leaves them in force. */
  leave(): void {
    this.#closeLog();
  }

  async #change(before: NamespacePlan | undefined, plan: NamespacePlan): Promise<void> {
    if (before !== undefined && sourceId(before) === sourceId(plan)) {
      // The same queue cannot be opened twice: for a moment its packets follow `onFailure`.
      this.#inspector.remove(sourceId(before));
      this.#held = undefined;
    }
    this.#attach(plan);
    try {
      if (hasRules(plan)) await this.#steer(plan, undefined);
      else if (before === undefined) await this.#steering.releaseAbandoned(plan.path, 'counts');
      else await this.#steering.release(plan.path, 'counts');
    } catch (error) {
      this.#inspector.remove(sourceId(plan));
      throw error;
    }
    if (before !== undefined && sourceId(before) !== sourceId(plan)) this.#inspector.remove(sourceId(before));
  }

  #attach(plan: NamespacePlan): void {
    const { exceptions, capture } = plan.policy;
    const request = {
      id: sourceId(plan),
      netns: plan.path,
      program: plan.program,
      applications: plan.firewall?.applications?.rules,
      exceptions,
      capture,
    };
    if (attachmentOf(plan) === 'tap') this.#inspector.addTap(request);
    else this.#inspector.addQueue({ ...request, queueNumber: this.#queueNumber });
  }

  async #steer(plan: NamespacePlan, before: NamespacePlan | undefined): Promise<void> {
    const { key, path, firewall } = plan;
    // Before the rules are: what they tell of first is told.
    if (firewall !== undefined) this.#log ??= this.#steering.openLog(key, path);
    const request = this.#request(plan);
    if (before?.firewall !== undefined && firewall !== undefined && path === before.path) {
      const isSteered = JSON.stringify(this.#request(before)) === JSON.stringify(request);
      if (isSteered && (await this.#changeFirewall(path, before.firewall.firewall, firewall.firewall))) return;
    }
    await this.#steering.protect(path, { ...request, ...(firewall !== undefined && { firewall: firewall.firewall }) });
  }

  /** Whether that was enough. It is not where somebody else has changed our rules: then all are made anew. */
  #changeFirewall(path: string, before: Firewall, after: Firewall): Promise<boolean> {
    return this.#steering.changeFirewall(path, before, after).then(
      () => true,
      () => false,
    );
  }

  #request(plan: NamespacePlan): SteeringRequest {
    const { hooks, onFailure, quarantine } = plan.policy;
    return {
      hooks: attachmentOf(plan) === 'queue' ? hooks : [],
      onFailure,
      queueNumber: this.#queueNumber,
      ...(quarantine === true && { quarantine }),
    };
  }

  /** What else is held does not depend on it. Who hears what rules tell is who counts: others see by it that somebody does. */
  async #count({ key, path }: NamespacePlan): Promise<boolean> {
    try {
      if (this.#steering.countsFlows) this.#log ??= this.#steering.openLog(key, path);
    } catch {
      return false;
    }
    return this.#steering.count(path);
  }

  #closeLog(): void {
    this.#log?.close();
    this.#log = undefined;
  }
}

/** Names a namespace's queue or tap in the inspector and in its events. */
export function sourceId(plan: NamespacePlan): string {
  return `${attachmentOf(plan)}:${plan.key}`;
}

/** Whether one source can serve both plans: the inspector takes a new program, but no other change, as it runs. */
function isAttachedAlike(a: NamespacePlan, b: NamespacePlan): boolean {
  const settled = ({ policy: { exceptions, capture } }: NamespacePlan): string => JSON.stringify([exceptions, capture]);
  return sourceId(a) === sourceId(b) && settled(a) === settled(b);
}
