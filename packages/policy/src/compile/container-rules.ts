import type { FilePolicy } from '../file/schema.ts';
import type { Policy } from '../policy.ts';
import type { ProcessPolicy } from '../process/schema.ts';
import { boundDocuments } from '../rule/bound.ts';
import { type Selectable, selectGroups } from '../selection/select.ts';

/** The rules of one ProcessPolicy for one container: the first that holds decides. */
export interface ProcessRuleSet {
  readonly policy: string;
  /** Whether what it denies is refused; otherwise it is only told. */
  readonly enforced: boolean;
  /** Whether what no rule decides is denied where it is not from the image. All else that no rule decides is allowed. */
  readonly onlyFromImage: boolean;
  readonly rules: ProcessPolicy['rules'];
}

/** The rules of one FilePolicy for one container: the first that holds decides, and what none decides is allowed. */
export interface FileRuleSet {
  readonly policy: string;
  /** Whether what it denies is refused; otherwise it is only told. */
  readonly enforced: boolean;
  readonly rules: FilePolicy['rules'];
}

/**
 * What holds for the programs and the files of one container. Each rule set speaks for itself. Those that are enforced come
 * first: of several that deny, the first is named as the cause.
 */
export interface ContainerRules {
  readonly process: readonly ProcessRuleSet[];
  readonly file: readonly FileRuleSet[];
}

/** What a policy says about the programs and the files of a container. Nothing where no policy speaks of them. */
export function containerRules(
  workload: Selectable,
  { groups, processes, files }: Pick<Policy, 'groups' | 'processes' | 'files'>,
): ContainerRules | undefined {
  const selected = selectGroups(workload, groups);
  const bound = { process: boundDocuments(selected, processes), file: boundDocuments(selected, files) };
  const process = inOrder(bound.process).map(({ document: { name, onlyFromImage, rules }, enforced }) => {
    return { policy: name, enforced, onlyFromImage, rules };
  });
  const file = inOrder(bound.file).map(({ document: { name, rules }, enforced }) => {
    return { policy: name, enforced, rules };
  });
  return process.length + file.length === 0 ? undefined : { process, file };
}

function inOrder<Document>({
  enforced,
  tried,
}: {
  readonly enforced: readonly Document[];
  readonly tried: readonly Document[];
}): readonly { readonly document: Document; readonly enforced: boolean }[] {
  return [
    ...enforced.map((document) => ({ document, enforced: true })),
    ...tried.map((document) => ({ document, enforced: false })),
  ];
}
