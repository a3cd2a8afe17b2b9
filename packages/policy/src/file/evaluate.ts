import type { Policy } from '../policy.ts';
import { boundDocuments } from '../rule/bound.ts';
import { judgeByPolicies, type RuleDecision, type Said } from '../rule/judge.ts';
import { matchesGlob } from '../selection/glob.ts';
import type { FileAccess, FilePolicy } from './schema.ts';

/** A file that a workload is about to use. */
export interface FileUse {
  /** Absolute path as the container sees it, symbolic links resolved. */
  readonly path: string;
  readonly access: FileAccess;
  /** Of the program that asks for it. Without one no rule that asks for programs holds. */
  readonly executable?: string | undefined;
}

/** Decides a use of a file by the policies that are about a workload in these groups. */
export function evaluateFileUse(
  use: FileUse,
  inGroups: readonly string[],
  { groups, files }: Pick<Policy, 'groups' | 'files'>,
): RuleDecision {
  const bound = boundDocuments(
    groups.filter(({ name }) => inGroups.includes(name)),
    files,
  );
  return judgeByPolicies(bound, (policy) => askOf(policy, use));
}

function askOf({ name, rules }: FilePolicy, use: FileUse): Said | undefined {
  const rule = rules.find((one) => holds(one, use));
  return rule && { action: rule.action, cause: { kind: 'rule', policy: name, rule: rule.name } };
}

/** Whether every criterion of a rule holds for a use. */
function holds(
  { paths, access: accesses, executables }: FilePolicy['rules'][number],
  { path, access, executable }: FileUse,
): boolean {
  return (
    accesses.includes(access) &&
    paths.some((glob) => matchesGlob(glob, path)) &&
    (executables === undefined ||
      (executable !== undefined && executables.some((glob) => matchesGlob(glob, executable))))
  );
}
