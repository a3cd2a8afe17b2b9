import { API_VERSION, type WorkloadGroup } from '@bulkhead/core';
import type { ProcessPolicy } from '../process/schema.ts';
import { besideNotes } from './beside.ts';
import { allowedAgain } from './denied-paths.ts';
import { learntName } from './document-name.ts';
import type { LearningNote, LearntDocuments } from './learnt.ts';
import { noteOf, type OneAndMany } from './note-of.ts';
import { writePathRules } from './path-rules.ts';
import type { LearntProgram } from './program.ts';
import { ProgramRecord } from './program-record.ts';
import { finished, OF_A_STEP, type Steps } from './steps.ts';
import { wantedGroups } from './wanted-groups.ts';

/** The rule that denies what was denied already, though what is around it is allowed. */
const DENIED = 'denied';
/** The rule that denies what was not seen. */
const OTHERS = 'others';
const WORDS = { path: ['program', 'programs'], use: 'run' } as const;

export interface ProgramLearningInput {
  /** All groups of the policy. */
  readonly groups: readonly WorkloadGroup[];
  /** Those in force. */
  readonly policies: readonly ProcessPolicy[];
  readonly programs: readonly LearntProgram[];
  /** Names of groups to learn for. Absent: all that are not in `protect`. */
  readonly asked?: readonly string[];
}

/**
 * Writes policies that allow the programs that containers of some groups were seen to run, and no others. Programs that were
 * denied are never learnt.
 *
 * The same programs, in whatever order, give the same documents.
 */
export function learnPrograms(input: ProgramLearningInput): LearntDocuments {
  return finished(learnProgramsInSteps(input));
}

/** The same in steps, for who has others to answer meanwhile. */
export function* learnProgramsInSteps(input: ProgramLearningInput): Steps<LearntDocuments> {
  const wanted = wantedGroups(input.groups, input.asked);
  const records = new Map(wanted.map(({ name }) => [name, new ProgramRecord()]));
  let work = 0;
  for (const program of input.programs) {
    const inGroups = new Set(program.groups);
    for (const group of inGroups) records.get(group)?.add(program);
    work += 1 + inGroups.size;
    if (work < OF_A_STEP) continue;
    work = 0;
    yield;
  }
  const learnt: LearntDocuments[] = [];
  for (const { name } of wanted) {
    yield;
    const record = records.get(name);
    if (record?.isWatched === true) learnt.push(yield* learnGroup(name, record, input.policies));
  }
  return {
    documents: learnt.flatMap(({ documents }) => documents),
    notes: [
      ...unwatched(
        wanted.filter(({ name }) => records.get(name)?.isWatched !== true),
        wanted.length,
      ),
      ...learnt.flatMap(({ notes }) => notes),
    ],
  };
}

function* learnGroup(group: string, record: ProgramRecord, policies: readonly ProcessPolicy[]): Steps<LearntDocuments> {
  const { rules, notes: inexact } = yield* writePathRules(record.used(), WORDS, new Set([DENIED, OTHERS]));
  const globs = rules.flatMap((rule) => rule.globs);
  yield;
  const again = yield* allowedAgain(record.refused, globs);
  const denied =
    again.deniable.length === 0
      ? []
      : [{ name: DENIED, globs: again.deniable, comment: 'what was denied, and would be allowed by a rule below' }];
  yield;
  const document = {
    apiVersion: API_VERSION,
    kind: 'ProcessPolicy',
    metadata: { name: learntName(group) },
    spec: {
      description: `Learnt from programs that were seen ${record.span}.`,
      groups: [group],
      rules: [
        ...denied.map((rule) => ({ name: rule.name, action: 'deny', executables: rule.globs })),
        ...rules.map((rule) => ({ name: rule.name, action: 'allow', executables: rule.globs })),
        { name: OTHERS, action: 'deny', executables: ['*'] },
      ],
    },
  };
  const own = yield* record.notes();
  const say = (kind: LearningNote['kind'], text: string): LearningNote => ({ kind, group, text });
  const notes = [
    ...record.warnings().map((text) => say('warning', text)),
    ...(rules.length === 0 ? [say('warning', 'all programs that were seen were denied: none is allowed')] : []),
    ...(globs.includes('/*')
      ? [say('warning', 'so many names ran from the root folder that any program is allowed: write rules by hand')]
      : []),
    ...noteOf(
      again.inexact,
      WORDS.path,
      sayAgain('no rule can tell it from what was not', 'no rule can tell them from what was not'),
    ).map((text) => say('warning', text)),
    ...noteOf(
      again.beyond,
      WORDS.path,
      sayAgain('it is more than a rule can name', 'they are more than a rule can name'),
    ).map((text) => say('warning', text)),
    ...(again.mayBeMore
      ? [say('warning', 'so many names have characters that no rule can say that some may allow what was denied')]
      : []),
    ...[...inexact, ...own, ...besideNotes('process policy', group, policies)].map((text) => say('note', text)),
  ];
  const head = [record.summary(), ...notes.map(({ kind, text }) => (kind === 'warning' ? `Warning: ${text}` : text))];
  const comments = [...[...denied, ...rules].map(({ comment }) => comment), 'what was not seen'].map((text, index) => ({
    path: ['spec', 'rules', index],
    text,
  }));
  return { documents: [{ document, head, comments }], notes };
}

function sayAgain(one: string, many: string): OneAndMany {
  return [`was denied, and would be allowed, since ${one}`, `were denied, and would be allowed, since ${many}`];
}

/** Agents of before, and those that are told not to, tell of no programs: nothing to say of each group. */
function unwatched(groups: readonly WorkloadGroup[], of: number): readonly LearningNote[] {
  const why = 'agents of before, and those with programs: false, tell of none';
  if (groups.length === 0) return [];
  if (groups.length === of)
    return [{ kind: 'note', text: `no policy about programs is learnt, as none was seen: ${why}` }];
  return groups.map(({ name }) => ({
    kind: 'note',
    group: name,
    text: `no policy about programs is learnt, as none of its workloads was seen to run one: ${why}`,
  }));
}
