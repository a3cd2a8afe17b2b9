import type { ProcessPolicy } from '../process/schema.ts';
import { learnPaths, type PathLearningInput, type PathPolicy } from './learn-paths.ts';
import type { LearntDocuments } from './learnt.ts';
import type { LearntProgram } from './program.ts';
import { PROGRAM_WORDS, ProgramRecord } from './program-record.ts';
import { finished, type Steps } from './steps.ts';

const WHY = 'agents of before, and those with programs: false, tell of none';

const POLICY: PathPolicy<LearntProgram> = {
  kind: 'ProcessPolicy',
  called: 'process policy',
  words: PROGRAM_WORDS,
  newRecord: () => new ProgramRecord(),
  ask: (executables) => ({ executables }),
  always: [],
  says: {
    description: 'Learnt from programs that were seen',
    allDenied: 'all programs that were seen were denied: none is allowed',
    anything: 'so many names ran from the root folder that any program is allowed: write rules by hand',
    unwatched: {
      one: `no policy about programs is learnt, as none of its workloads was seen to run one: ${WHY}`,
      all: `no policy about programs is learnt, as none was seen: ${WHY}`,
    },
  },
};

export type ProgramLearningInput = PathLearningInput<LearntProgram, ProcessPolicy>;

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
export function learnProgramsInSteps(input: ProgramLearningInput): Steps<LearntDocuments> {
  return learnPaths(POLICY, input);
}
