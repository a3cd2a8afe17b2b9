import type { SensorProgramInput } from '@bulkhead/dlp';
import { compileSensors } from '@bulkhead/dlp';
import { type EffectivePolicy, type Policy, policyFor } from '@bulkhead/policy';
import { resolvePeers } from './peers.ts';
import type { LocatedWorkload } from './workload/located.ts';

/** What must hold in one network namespace. */
export interface NamespacePlan {
  readonly key: string;
  /** One of the paths that lead there. */
  readonly path: string;
  readonly workloads: readonly LocatedWorkload[];
  readonly policy: EffectivePolicy;
  readonly program: SensorProgramInput;
}

/** What a policy asks of the workloads that are there: one plan for each namespace that some group selects. */
export function planNamespaces(
  workloads: readonly LocatedWorkload[],
  policy: Policy,
): ReadonlyMap<string, NamespacePlan> {
  const plans = new Map<string, NamespacePlan>();
  for (const [key, inside] of Map.groupBy(workloads, (workload) => workload.netnsKey)) {
    const effective = policyFor(inside, policy);
    const path = inside[0]?.netns.path;
    if (effective === undefined || path === undefined) continue;
    // A router's own addresses say nothing about what passes through it.
    const local = effective.hooks.includes('forward') ? [] : (inside[0]?.addresses ?? []);
    const program = compileSensors(resolvePeers(effective.sensors, policy, workloads, local));
    plans.set(key, { key, path, workloads: inside, policy: effective, program });
  }
  return plans;
}
