import type { FilePolicy } from '../file/schema.ts';
import { fileRuleInWords } from '../file/words.ts';
import type { ProcessPolicy } from '../process/schema.ts';
import { processRuleInWords } from '../process/words.ts';
import { ruleChanges, same } from './rule-changes.ts';

/** What is otherwise in a ProcessPolicy, in words. */
export function processPolicyChanges(was: ProcessPolicy | undefined, is: ProcessPolicy | undefined): readonly string[] {
  return [
    ...boundChanges(was, is),
    ...imageChanges(was?.onlyFromImage === true, is),
    ...(is === undefined ? [] : ruleChanges(was?.rules ?? [], is.rules, processRuleInWords)),
  ];
}

/** What is otherwise in a FilePolicy, in words. */
export function filePolicyChanges(was: FilePolicy | undefined, is: FilePolicy | undefined): readonly string[] {
  return [
    ...boundChanges(was, is),
    ...(is === undefined ? [] : ruleChanges(was?.rules ?? [], is.rules, fileRuleInWords)),
  ];
}

interface Bound {
  readonly groups: readonly string[];
  readonly description: string;
}

/** For whom it is, and what is written of it for people. */
function boundChanges(was: Bound | undefined, is: Bound | undefined): readonly string[] {
  if (is === undefined) return was === undefined ? [] : [`is gone: was about ${was.groups.join(', ')}`];
  if (was === undefined) return [`is new: is about ${is.groups.join(', ')}`];
  const added = is.groups.filter((group) => !was.groups.includes(group));
  const removed = was.groups.filter((group) => !is.groups.includes(group));
  return [
    ...(added.length === 0 ? [] : [`is about ${added.join(', ')}, too`]),
    ...(removed.length === 0 ? [] : [`is no longer about ${removed.join(', ')}`]),
    ...(same(was.description, is.description) ? [] : ['is described otherwise']),
  ];
}

function imageChanges(did: boolean, is: ProcessPolicy | undefined): readonly string[] {
  if (is === undefined || did === is.onlyFromImage) return [];
  return [
    is.onlyFromImage
      ? 'denies programs that are not from the image, unless a rule allows them'
      : 'no longer asks whether programs are from the image',
  ];
}
