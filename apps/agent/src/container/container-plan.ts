import { type ContainerRules, containerRules, effectivePolicy, type Policy, selectGroups } from '@bulkhead/policy';
import type { Subject } from '../event/agent-event.ts';
import { workloadName } from '../event/subject.ts';
import type { RunningContainer } from '../workload/running-container.ts';

/** What must hold for the programs and the files of one container. */
export interface ContainerPlan {
  readonly container: RunningContainer;
  readonly rules: ContainerRules;
  readonly subject: Subject;
}

/** What a policy asks of the containers that run: one plan for each that some policy about programs or files is about. */
export function planContainers(
  containers: readonly RunningContainer[],
  policy: Policy,
): ReadonlyMap<string, ContainerPlan> {
  const plans = new Map<string, ContainerPlan>();
  for (const container of containers) {
    const rules = containerRules(container, policy);
    const effective = effectivePolicy(selectGroups(container, policy.groups), policy.sensors);
    if (rules === undefined || effective === undefined) continue;
    const { groups, mode } = effective;
    const subject = { netns: container.netns.path, workloads: [workloadName(container)], groups, mode };
    plans.set(container.id, { container, rules, subject });
  }
  return plans;
}

/** The policies that a plan is made of, by name. */
export function policiesOf({ rules: { process, file } }: ContainerPlan): readonly string[] {
  return [...new Set([...process, ...file].map(({ policy }) => policy))].toSorted();
}
