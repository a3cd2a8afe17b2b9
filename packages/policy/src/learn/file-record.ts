import type { LearntFile } from './file.ts';
import { PathRecord } from './path-record.ts';
import type { PathWords } from './path-rules.ts';
import type { Steps } from './steps.ts';

export const FILE_WORDS: PathWords = { path: ['file', 'files'], use: 'write', does: 'is written' };

/** Where programs and what they load come from. Who writes there decides what is run. */
const OF_PROGRAMS = /^(\/usr(\/local)?)?\/(s?bin|lib(32|64|x32|exec)?)(\/|$)/;
/** How a system is set up, and who may use it. */
const OF_SETTINGS = /^\/etc(\/|$)/;

/** What the workloads of a group were seen to write. */
export class FileRecord {
  readonly paths = new PathRecord(FILE_WORDS);
  readonly #programs = new Set<string>();
  readonly #settings = new Set<string>();

  add({ path, folder, executable, ...use }: LearntFile): void {
    if (this.paths.add(use, { path, isFolder: folder === true, by: executable }) === 'denied') return;
    if (OF_PROGRAMS.test(path)) this.#programs.add(path);
    if (OF_SETTINGS.test(path)) this.#settings.add(path);
  }

  /** In steps: what was written may be much. */
  *notes(): Steps<readonly string[]> {
    const { paths } = this;
    const notes: string[] = [];
    notes.push(...paths.note(paths.refused, 'was denied and is not learnt', 'were denied and are not learnt'));
    yield;
    notes.push(
      ...paths.note(
        paths.alerted,
        'was let be written against policies that are tried, and is learnt: see whether it should be',
        'were let be written against policies that are tried, and are learnt: see whether they should be',
      ),
    );
    yield;
    notes.push(
      ...paths.note(
        this.#programs,
        'is where programs come from, and is learnt: see who changes what is run',
        'are where programs come from, and are learnt: see who changes what is run',
      ),
      ...paths.note(
        this.#settings,
        'is of the settings of the system, and is learnt: see whether it should be',
        'are of the settings of the system, and are learnt: see whether they should be',
      ),
    );
    yield;
    return notes;
  }
}
