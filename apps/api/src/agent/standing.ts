import type { EnrolledAgent, KnownWorkload } from '@bulkhead/control-plane';
import type { LeftOutService } from '@bulkhead/policy';
import type { PolicyAnswer } from '@bulkhead/rpc';
import type { NodeSnapshots } from './node-snapshots.ts';

/** How far the policy in force has come on the nodes whose agents are connected. */
export interface Standing {
  readonly nodes: number;
  readonly enforcing: number;
  readonly notEnforced: readonly {
    readonly where: string;
    readonly why: string;
    /** Its id; absent for a whole node. */
    readonly workload?: string;
  }[];
  /** What these nodes are not told of Services; absent where they are told of all. */
  readonly services?: ServicesNotTold;
}

export interface ServicesNotTold {
  readonly leftOut: readonly LeftOutService[];
  /** How many more there are on one node, at most. */
  readonly unnamed: number;
  /** Nodes that are told of none. */
  readonly elsewhere: readonly string[];
  /** Whether the api is not told of them all itself. */
  readonly isRefused: boolean;
}

/** What the agents of some nodes answered, held against what these nodes are to have. `isRefused`: the api is not told of all Services. */
export function standingOf(
  agents: readonly { readonly node: string; readonly answer: PolicyAnswer | undefined }[],
  snapshots: NodeSnapshots,
  isRefused: boolean,
): Standing {
  const failing = agents.map(({ node, answer }) => notEnforcedOn(`node ${node}`, snapshots.versionFor(node), answer));
  const nodes = [...new Set(agents.map(({ node }) => node))];
  const { services: leftOut, unnamed } = snapshots.leftOutOf(nodes);
  const elsewhere = nodes.filter((node) => !snapshots.compiler.isOfCluster(node));
  return {
    nodes: agents.length,
    enforcing: failing.filter((list) => list.length === 0).length,
    notEnforced: failing.flat(),
    ...((leftOut.length + elsewhere.length > 0 || isRefused) && {
      services: { leftOut, unnamed, elsewhere, isRefused },
    }),
  };
}

/** What an agent answered last, as the store has it. */
export function answerOf(
  { id, policy }: EnrolledAgent,
  notEnforced: readonly KnownWorkload[],
): PolicyAnswer | undefined {
  const { applied, failed, problem } = policy;
  const problems = problem === undefined ? [] : [problem];
  if (failed !== undefined) return { version: failed, accepted: false, problems, enforcement: [] };
  if (applied === undefined) return undefined;
  const own = notEnforced.filter(({ agent }) => agent === id);
  const enforcement = own.map((one) => ({ workloadId: one.id, enforced: false, problem: one.problem }));
  return { version: applied, accepted: true, problems, enforcement };
}

/** Why a node does not enforce a version of the policy, by what its agent answered; empty where it does. */
function notEnforcedOn(where: string, version: string, answer: PolicyAnswer | undefined): Standing['notEnforced'] {
  if (answer?.version !== version) return [{ where, why: 'its agent has not answered yet' }];
  if (!answer.accepted) return [{ where, why: answer.problems[0] ?? 'its agent refused it' }];
  const open = answer.enforcement.filter(({ enforced }) => !enforced);
  return [
    // What an older agent does not know of; the rest is in force there.
    ...answer.problems.map((why) => ({ where, why })),
    ...open.map(({ workloadId, problem }) => ({
      where: `workload ${workloadId} on ${where}`,
      why: problem ?? 'unknown',
      workload: workloadId,
    })),
  ];
}
