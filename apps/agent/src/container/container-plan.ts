import { containerRules, effectivePolicy, type Policy, selectGroups } from '@bulkhead/policy';
import type { Subject } from '../event/agent-event.ts';
import { workloadName } from '../event/subject.ts';
import type { RunningContainer } from '../workload/running-container.ts';
import type { Learning, WatchedFor } from './sentinel-port.ts';

/** What must hold for the programs and the files of one container, and what is counted in it. */
export interface ContainerPlan {
  readonly container: RunningContainer;
  readonly rules: WatchedFor;
  readonly subject: Subject;
}

const NO_RULES: WatchedFor = { process: [], file: [] };

/**
 * What is to be done about the containers that run: one plan for each that some policy about programs or files is about, and
 * where anything is learnt, one for each that a group selects.
 */
export function planContainers(
  containers: readonly RunningContainer[],
  policy: Policy,
  learning: Learning,
): ReadonlyMap<string, ContainerPlan> {
  const plans = new Map<string, ContainerPlan>();
  const learns = learning.programs || learning.files;
  for (const container of containers) {
    const rules = containerRules(container, policy);
    const effective = effectivePolicy(selectGroups(container, policy.groups), policy.sensors);
    if (effective === undefined || (rules === undefined && !learns)) continue;
    const { groups, mode } = effective;
    const subject = { netns: container.netns.path, workloads: [workloadName(container)], groups, mode };
    const learn = learns && { learn: learning };
    plans.set(container.id, { container, rules: { ...(rules ?? NO_RULES), ...learn }, subject });
  }
  return plans;
}

/** The policies that a plan is made of, by name; none where the container is only learnt from. */
export function policiesOf({ rules: { process, file } }: ContainerPlan): readonly string[] {
  return [...new Set([...process, ...file].map(({ policy }) => policy))].toSorted();
}

/** Whether a container is held to anything. */
export function isHeld({ rules: { process, file } }: Pick<ContainerPlan, 'rules'>): boolean {
  return process.length + file.length > 0;
}
