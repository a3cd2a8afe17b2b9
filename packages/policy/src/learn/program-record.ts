import { PathRecord } from './path-record.ts';
import type { PathWords } from './path-rules.ts';
import type { LearntProgram } from './program.ts';
import type { Steps } from './steps.ts';

const ROOT = 0;
export const PROGRAM_WORDS: PathWords = { path: ['program', 'programs'], use: 'run', does: 'runs' };

/** What the workloads of a group were seen to run. */
export class ProgramRecord {
  readonly paths = new PathRecord(PROGRAM_WORDS);
  /** As whom each was run. */
  readonly #users = new Map<string, { root: boolean; other: boolean }>();
  readonly #added = new Set<string>();
  #isAllOfImage = true;

  add(program: LearntProgram): void {
    const { executable, fromImage, user } = program;
    if (this.paths.add(program, { path: executable }) === 'denied') return;
    if (fromImage === false) this.#added.add(executable);
    if (fromImage !== true) this.#isAllOfImage = false;
    if (user === undefined) return;
    const users = this.#users.get(executable) ?? { root: false, other: false };
    users[user === ROOT ? 'root' : 'other'] = true;
    this.#users.set(executable, users);
  }

  /** In steps: what ran may be much. */
  *notes(): Steps<readonly string[]> {
    const { paths } = this;
    const notes: string[] = [];
    notes.push(...paths.note(paths.refused, 'was denied and is not learnt', 'were denied and are not learnt'));
    yield;
    notes.push(
      ...paths.note(
        paths.alerted,
        'was let run against policies that are tried, and is learnt: see whether it should be',
        'were let run against policies that are tried, and are learnt: see whether they should be',
      ),
      ...paths.note(this.#added, 'is not of the image, and is learnt', 'are not of the image, and are learnt'),
    );
    yield;
    const asRoot = 'ran as root alone, where others ran as users';
    notes.push(...paths.note(this.#onlyAsRoot(), asRoot, asRoot));
    yield;
    notes.push(
      ...paths.note(
        paths.onceLater,
        'ran once, and not as its container began: see whether somebody ran it by hand',
        'ran once, and not as their containers began: see whether somebody ran them by hand',
      ),
    );
    if (this.#isAllOfImage && paths.size > 0) {
      notes.push('all of it is of the image: a policy of onlyFromImage alone would need none of these rules');
    }
    yield;
    return notes;
  }

  #onlyAsRoot(): ReadonlySet<string> {
    const all = [...this.#users];
    if (!all.some(([, { other }]) => other)) return new Set();
    return new Set(all.filter(([, { root, other }]) => root && !other).map(([path]) => path));
  }
}
