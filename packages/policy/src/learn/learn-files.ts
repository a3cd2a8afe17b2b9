import type { FilePolicy } from '../file/schema.ts';
import type { LearntFile } from './file.ts';
import { FILE_WORDS, FileRecord } from './file-record.ts';
import { learnPaths, type PathLearningInput, type PathPolicy } from './learn-paths.ts';
import type { LearntDocuments } from './learnt.ts';
import { finished, type Steps } from './steps.ts';

const WHY =
  'where they write nothing, a read-only root file system says as much; agents of before, and those with files: false, tell of none';

/** Those that every container has (OCI runtime specification). Agents do not tell of them, and some kernels ask about them. */
const DEVICES = [
  ...['null', 'zero', 'full', 'random', 'urandom', 'tty', 'console', 'ptmx'].map((name) => `/dev/${name}`),
  '/dev/pts/*',
];

const POLICY: PathPolicy<LearntFile> = {
  kind: 'FilePolicy',
  called: 'file policy',
  words: FILE_WORDS,
  newRecord: () => new FileRecord(),
  ask: (paths) => ({ paths, access: ['write'] }),
  always: [{ name: 'devices', globs: DEVICES, comment: 'the devices that every container has' }],
  says: {
    description: 'Learnt from files that were seen to be written',
    allDenied: 'all writes that were seen were denied: none is allowed',
    anything: 'so much was written in the root folder that any file may be written: write rules by hand',
    unwatched: {
      one: `no policy about files is learnt, as none of its workloads was seen to write one: ${WHY}`,
      all: `no policy about files is learnt, as none was seen to be written: ${WHY}`,
    },
  },
};

export type FileLearningInput = PathLearningInput<LearntFile, FilePolicy>;

/**
 * Writes policies that allow the containers of some groups to write the files that they were seen to write, and no others; what they read
 * and execute is not asked about. Files that were denied are never learnt.
 *
 * The same files, in whatever order, give the same documents.
 */
export function learnFiles(input: FileLearningInput): LearntDocuments {
  return finished(learnFilesInSteps(input));
}

/** The same in steps, for who has others to answer meanwhile. */
export function learnFilesInSteps(input: FileLearningInput): Steps<LearntDocuments> {
  return learnPaths(POLICY, input);
}
