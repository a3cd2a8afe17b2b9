import type { Hook } from '@bulkhead/core';
import type { SensorProgramInput } from '@bulkhead/dlp';
import { compileSensors } from '@bulkhead/dlp';
import { type EffectivePolicy, type Policy, policyFor } from '@bulkhead/policy';
import { type FirewallPlan, planFirewall } from './firewall/firewall-plan.ts';
import { type Neighbours, peerAddresses, resolvePeers } from './peers.ts';
import type { LocatedWorkload } from './workload/located.ts';

/** What must hold in one network namespace. */
export interface NamespacePlan {
  readonly key: string;
  /** One of the paths that lead there. */
  readonly path: string;
  readonly workloads: readonly LocatedWorkload[];
  readonly policy: EffectivePolicy;
  readonly program: SensorProgramInput;
  /** Absent where no rule set is about the workloads. */
  readonly firewall?: FirewallPlan;
}

const NOBODY: Neighbours = { members: {}, services: [], node: [], namesOf: () => [] };

/** Whoever is cut off by a command is so whatever the policy says, and where it says nothing. */
function cutOff(policy: EffectivePolicy | undefined): EffectivePolicy {
  const nothing = { groups: [], sensors: [], hooks: ['input', 'output'], exceptions: {}, capture: false } as const;
  return { onFailure: 'open', ...nothing, ...policy, mode: 'protect', quarantine: true };
}

/** Where the inspector judges what is spoken, it must see the flow, whatever sensors ask for. */
function hooksFor(hooks: readonly Hook[], firewall: FirewallPlan | undefined): readonly Hook[] {
  const { ingress, egress } = firewall?.applications?.rules ?? {};
  if (ingress === undefined && egress === undefined) return hooks;
  return [...new Set<Hook>([...hooks, 'input', 'output'])];
}

/** What a policy asks of the workloads that are there: one plan for each namespace that some group selects. */
export function planNamespaces(
  workloads: readonly LocatedWorkload[],
  policy: Policy,
  neighbours: Neighbours = NOBODY,
  quarantined: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, NamespacePlan> {
  const plans = new Map<string, NamespacePlan>();
  for (const [key, inside] of Map.groupBy(workloads, (workload) => workload.netnsKey)) {
    const isCutOff = inside.some(({ id, netns }) => quarantined.has(id) || quarantined.has(netns.path));
    const effective = isCutOff ? cutOff(policyFor(inside, policy)) : policyFor(inside, policy);
    const path = inside[0]?.netns.path;
    if (effective === undefined || path === undefined) continue;
    // A router's own addresses say nothing about what passes through it.
    const local = effective.hooks.includes('forward') ? [] : (inside[0]?.addresses ?? []);
    const addressesOf = peerAddresses(key, policy, workloads, neighbours);
    const { services, unfollowed } = neighbours;
    const program = compileSensors(resolvePeers(effective.sensors, addressesOf, local, services, unfollowed));
    const firewall = planFirewall(effective.groups, policy, addressesOf, services, unfollowed);
    plans.set(key, {
      key,
      path,
      workloads: inside,
      policy: { ...effective, hooks: hooksFor(effective.hooks, firewall) },
      program,
      ...(firewall !== undefined && { firewall }),
    });
  }
  return plans;
}
