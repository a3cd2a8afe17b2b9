import type { Policy } from '../policy.ts';
import { boundDocuments } from '../rule/bound.ts';
import { judgeByPolicies, type RuleDecision, type Said } from '../rule/judge.ts';
import { matchesGlob } from '../selection/glob.ts';
import type { ProcessPolicy } from './schema.ts';

/** A program that a workload is about to run. */
export interface Execution {
  /** Absolute path of the program as the container sees it, symbolic links resolved. */
  readonly executable: string;
  /** Of the program that runs it. Without one no rule that asks for a parent holds. */
  readonly parent?: string | undefined;
  /** Number of the user. Without one no rule that asks for users holds. */
  readonly user?: number | undefined;
  /** Whether the program is a file of the container's image, as the image has it. */
  readonly fromImage: boolean;
}

/** Decides an execution by the policies that are about a workload in these groups. */
export function evaluateExecution(
  execution: Execution,
  inGroups: readonly string[],
  { groups, processes }: Pick<Policy, 'groups' | 'processes'>,
): RuleDecision {
  const bound = boundDocuments(
    groups.filter(({ name }) => inGroups.includes(name)),
    processes,
  );
  return judgeByPolicies(bound, (policy) => askOf(policy, execution));
}

function askOf({ name, rules, onlyFromImage }: ProcessPolicy, execution: Execution): Said | undefined {
  const rule = rules.find((one) => holds(one, execution));
  if (rule !== undefined) return { action: rule.action, cause: { kind: 'rule', policy: name, rule: rule.name } };
  if (!onlyFromImage || execution.fromImage) return undefined;
  return { action: 'deny', cause: { kind: 'not-from-image', policy: name } };
}

/** Whether every criterion of a rule holds for an execution. */
function holds(
  { executables, parents, users }: ProcessPolicy['rules'][number],
  { executable, parent, user }: Execution,
): boolean {
  return (
    executables.some((glob) => matchesGlob(glob, executable)) &&
    (parents === undefined || (parent !== undefined && parents.some((glob) => matchesGlob(glob, parent)))) &&
    (users === undefined || (user !== undefined && users.includes(user)))
  );
}
