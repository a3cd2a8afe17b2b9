import type { Agent } from '../agent.ts';
import type { Subject } from '../event/agent-event.ts';
import { workloadName } from '../event/subject.ts';

/** Whose root is looked into. */
export interface ScanPlace {
  readonly kind: 'container' | 'node';
  readonly pid: number;
  /** For people. */
  readonly name: string;
  readonly subject: Partial<Subject>;
}

/** The first process of a node has its root. That of a workload which runs no container here is nowhere. */
export function scanPlaceOf(agent: Agent, workloadId: string): ScanPlace | undefined {
  if (workloadId === '') return { kind: 'node', pid: 1, name: 'the node', subject: {} };
  const container = agent.containerOf(workloadId);
  if (container === undefined) return undefined;
  const { pid, netns, namespace } = container;
  const named = workloadName(container);
  const name = [namespace, named.pod, named.name].filter((part) => part !== undefined).join('/');
  return { kind: 'container', pid, name, subject: { netns: netns.path, workloads: [named] } };
}
