import { API_VERSION, type WorkloadGroup } from '@bulkhead/core';
import type { ProcessPolicy } from '../process/schema.ts';
import { besideNotes } from './beside.ts';
import { learntName } from './document-name.ts';
import type { LearningNote, LearntDocuments } from './learnt.ts';
import { writePathRules } from './path-rules.ts';
import type { LearntProgram } from './program.ts';
import { ProgramRecord } from './program-record.ts';
import { finished, mapped, type Steps } from './steps.ts';
import { wantedGroups } from './wanted-groups.ts';

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
  yield* mapped(input.programs, (program) => {
    for (const group of new Set(program.groups)) records.get(group)?.add(program);
  });
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
  const { used } = record;
  yield;
  const { rules, notes: inexact } = yield* writePathRules(used, WORDS, new Set([OTHERS]));
  const document = {
    apiVersion: API_VERSION,
    kind: 'ProcessPolicy',
    metadata: { name: learntName(group) },
    spec: {
      description: `Learnt from programs that were seen ${record.span}.`,
      groups: [group],
      rules: [
        ...rules.map(({ name, globs }) => ({ name, action: 'allow', executables: globs })),
        { name: OTHERS, action: 'deny', executables: ['*'] },
      ],
    },
  };
  const say = (kind: LearningNote['kind'], text: string): LearningNote => ({ kind, group, text });
  const notes = [
    ...record.warnings().map((text) => say('warning', text)),
    ...(used.length === 0 ? [say('warning', 'all programs that were seen were denied: none is allowed')] : []),
    ...(rules.some(({ globs }) => globs.includes('/*'))
      ? [say('warning', 'so many names ran from the root folder that any program is allowed: write rules by hand')]
      : []),
    ...[...inexact, ...record.notes(), ...besideNotes('process policy', group, policies)].map((text) =>
      say('note', text),
    ),
  ];
  const head = [record.summary(), ...notes.map(({ kind, text }) => (kind === 'warning' ? `Warning: ${text}` : text))];
  const comments = [...rules.map(({ comment }) => comment), 'what was not seen'].map((text, index) => ({
    path: ['spec', 'rules', index],
    text,
  }));
  return { documents: [{ document, head, comments }], notes };
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
