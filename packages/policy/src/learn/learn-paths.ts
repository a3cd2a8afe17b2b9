import { API_VERSION, type WorkloadGroup } from '@bulkhead/core';
import type { Bound } from '../rule/bound.ts';
import { besideNotes } from './beside.ts';
import { allowedAgain } from './denied-paths.ts';
import { learntName } from './document-name.ts';
import type { LearningNote, LearntDocuments } from './learnt.ts';
import type { LearntUse } from './learnt-use.ts';
import { noteOf, type OneAndMany } from './note-of.ts';
import type { PathRecord } from './path-record.ts';
import { type PathRule, type PathWords, writePathRules } from './path-rules.ts';
import { OF_A_STEP, type Steps } from './steps.ts';
import { wantedGroups } from './wanted-groups.ts';

/** The rule that denies what was denied already, though what is around it is allowed. */
const DENIED = 'denied';
/** The rule that denies what was not seen. */
const OTHERS = 'others';

/** What is learnt from, for some groups. */
export interface PathLearningInput<Use extends LearntUse, Policy extends Bound> {
  /** All groups of the policy. */
  readonly groups: readonly WorkloadGroup[];
  /** Those in force. */
  readonly policies: readonly Policy[];
  readonly uses: readonly Use[];
  /** Names of groups to learn for. Absent: all that are not in `protect`. */
  readonly asked?: readonly string[] | undefined;
}

/** What the workloads of a group were seen to do with paths. */
export interface UseRecord<Use extends LearntUse> {
  readonly paths: PathRecord;
  add(use: Use): void;
  /** What is to be known of it, in steps. */
  notes(): Steps<readonly string[]>;
}

/** Which policy is learnt from what is done with paths, and in which words. */
export interface PathPolicy<Use extends LearntUse> {
  readonly kind: 'ProcessPolicy' | 'FilePolicy';
  /** As one is called. */
  readonly called: string;
  readonly words: PathWords;
  readonly newRecord: () => UseRecord<Use>;
  /** What a rule asks. */
  readonly ask: (globs: readonly string[]) => object;
  /** Rules that allow what nobody sees and everybody needs. */
  readonly always: readonly PathRule[];
  readonly says: {
    readonly description: string;
    readonly allDenied: string;
    readonly anything: string;
    /** Of a group of which nothing was told, and where that is so of all groups. */
    readonly unwatched: { readonly one: string; readonly all: string };
  };
}

/**
 * Writes policies that allow what containers of some groups were seen to do with paths, and nothing else, in steps. What was denied
 * is never learnt. The same uses, in whatever order, give the same documents.
 */
export function* learnPaths<Use extends LearntUse>(
  policy: PathPolicy<Use>,
  { groups, policies, uses, asked }: PathLearningInput<Use, Bound>,
): Steps<LearntDocuments> {
  const wanted = wantedGroups(groups, asked);
  const records = new Map(wanted.map(({ name }) => [name, policy.newRecord()]));
  let work = 0;
  for (const use of uses) {
    const inGroups = new Set(use.groups);
    for (const group of inGroups) records.get(group)?.add(use);
    work += 1 + inGroups.size;
    if (work < OF_A_STEP) continue;
    work = 0;
    yield;
  }
  const learnt: LearntDocuments[] = [];
  const unwatched: WorkloadGroup[] = [];
  for (const group of wanted) {
    yield;
    const record = records.get(group.name);
    if (record?.paths.isWatched === true) learnt.push(yield* learnGroup(policy, group.name, record, policies));
    else unwatched.push(group);
  }
  return {
    documents: learnt.flatMap(({ documents }) => documents),
    notes: [...unwatchedNotes(policy, unwatched, wanted.length), ...learnt.flatMap(({ notes }) => notes)],
  };
}

function* learnGroup<Use extends LearntUse>(
  { kind, called, words, ask, always, says }: PathPolicy<Use>,
  group: string,
  record: UseRecord<Use>,
  policies: readonly Bound[],
): Steps<LearntDocuments> {
  const { paths } = record;
  const taken = new Set([DENIED, OTHERS, ...always.map(({ name }) => name)]);
  const { rules, notes: inexact } = yield* writePathRules(paths.used(), words, taken);
  const globs = rules.flatMap((rule) => rule.globs);
  yield;
  const again = yield* allowedAgain(paths.refused, globs);
  const denied =
    again.deniable.length === 0
      ? []
      : [{ name: DENIED, globs: again.deniable, comment: 'what was denied, and would be allowed by a rule below' }];
  yield;
  const document = {
    apiVersion: API_VERSION,
    kind,
    metadata: { name: learntName(group) },
    spec: {
      description: `${says.description} ${paths.span}.`,
      groups: [group],
      rules: [
        ...denied.map((rule) => ({ name: rule.name, action: 'deny', ...ask(rule.globs) })),
        ...[...rules, ...always].map((rule) => ({ name: rule.name, action: 'allow', ...ask(rule.globs) })),
        { name: OTHERS, action: 'deny', ...ask(['*']) },
      ],
    },
  };
  const own = yield* record.notes();
  const say = (noteKind: LearningNote['kind'], text: string): LearningNote => ({ kind: noteKind, group, text });
  const notes = [
    ...paths.warnings().map((text) => say('warning', text)),
    ...(rules.length === 0 ? [say('warning', says.allDenied)] : []),
    ...(globs.includes('/*') ? [say('warning', says.anything)] : []),
    ...noteOf(
      again.inexact,
      words.path,
      sayAgain('no rule can tell it from what was not', 'no rule can tell them from what was not'),
    ).map((text) => say('warning', text)),
    ...noteOf(
      again.beyond,
      words.path,
      sayAgain('it is more than a rule can name', 'they are more than a rule can name'),
    ).map((text) => say('warning', text)),
    ...(again.mayBeMore
      ? [say('warning', 'so many names have characters that no rule can say that some may allow what was denied')]
      : []),
    ...[...inexact, ...own, ...besideNotes(called, group, policies)].map((text) => say('note', text)),
  ];
  const head = [
    paths.summary(),
    ...notes.map((note) => (note.kind === 'warning' ? `Warning: ${note.text}` : note.text)),
  ];
  const comments = [...[...denied, ...rules, ...always].map(({ comment }) => comment), 'what was not seen'].map(
    (text, index) => ({
      path: ['spec', 'rules', index],
      text,
    }),
  );
  return { documents: [{ document, head, comments }], notes };
}

function sayAgain(one: string, many: string): OneAndMany {
  return [`was denied, and would be allowed, since ${one}`, `were denied, and would be allowed, since ${many}`];
}

/** Agents of before, and those that are told not to, tell of nothing: nothing to say of each group. */
function unwatchedNotes<Use extends LearntUse>(
  { says: { unwatched } }: PathPolicy<Use>,
  groups: readonly WorkloadGroup[],
  of: number,
): readonly LearningNote[] {
  if (groups.length === 0) return [];
  if (groups.length === of) return [{ kind: 'note', text: unwatched.all }];
  return groups.map(({ name }) => ({ kind: 'note', group: name, text: unwatched.one }));
}
