import { formatCount } from '@bulkhead/core';
import { noteOf } from './note-of.ts';
import type { UsedPath } from './path-rules.ts';
import type { LearntProgram } from './program.ts';
import { Span } from './span.ts';
import type { Steps } from './steps.ts';

const ROOT = 0;
/** What begins with its container is seen within seconds; what is run by hand comes later. */
const AT_START_MS = 600_000;
const PROGRAMS = ['program', 'programs'] as const;

interface Ran {
  count: number;
  firstSeen: string;
  lastSeen: string;
  /** Where it was run first. */
  container: string;
  readonly users: { root: boolean; other: boolean };
}

/** What the workloads of a group were seen to run. */
export class ProgramRecord {
  readonly #ran = new Map<string, Ran>();
  readonly #workloads = new Set<string>();
  /** Since when each container is watched. */
  readonly #since = new Map<string, string>();
  readonly #denied = new Set<string>();
  readonly #alerted = new Set<string>();
  readonly #added = new Set<string>();
  readonly #span = new Span();
  #isAllOfImage = true;

  add(program: LearntProgram): void {
    const { namespace = '', workload, executable, verdict, fromImage, firstSeen } = program;
    const container = JSON.stringify([namespace, workload, program.container]);
    this.#workloads.add(JSON.stringify([namespace, workload]));
    this.#span.add(program);
    const since = this.#since.get(container);
    if (since === undefined || firstSeen < since) this.#since.set(container, firstSeen);
    if (verdict === 'block') return void this.#denied.add(executable);
    if (verdict !== 'allow') this.#alerted.add(executable);
    if (fromImage === false) this.#added.add(executable);
    if (fromImage !== true) this.#isAllOfImage = false;
    this.#count(program, container);
  }

  #count({ executable, user, count, firstSeen, lastSeen }: LearntProgram, container: string): void {
    const ran = this.#ran.get(executable) ?? {
      count: 0,
      firstSeen,
      lastSeen,
      container,
      users: { root: false, other: false },
    };
    ran.count += count;
    if (firstSeen < ran.firstSeen) {
      ran.firstSeen = firstSeen;
      ran.container = container;
    }
    if (lastSeen > ran.lastSeen) ran.lastSeen = lastSeen;
    if (user !== undefined) ran.users[user === ROOT ? 'root' : 'other'] = true;
    this.#ran.set(executable, ran);
  }

  /** Whether any agent told of programs of its workloads. */
  get isWatched(): boolean {
    return this.#workloads.size > 0;
  }

  /** Programs that were run and not denied, by their paths. */
  *used(): Generator<UsedPath, void> {
    for (const [path, { count, lastSeen }] of this.#ran) yield { path, count, lastSeen };
  }

  /** Programs that were denied, and never ran. */
  get refused(): ReadonlySet<string> {
    return new Set([...this.#denied].filter((path) => !this.#ran.has(path)));
  }

  /** From when to when, in words. */
  get span(): string {
    return this.#span.text;
  }

  summary(): string {
    const runs = [...this.#ran.values()].reduce((sum, { count }) => sum + count, 0);
    const what = `${formatCount(runs, 'run')} of ${formatCount(this.#ran.size, ...PROGRAMS)}`;
    return `Learnt from ${what} in ${formatCount(this.#workloads.size, 'workload')}, seen ${this.#span.text}.`;
  }

  warnings(): readonly string[] {
    if (!this.#span.isShort) return [];
    const what = 'what runs daily or at certain times only may be missing, and would be refused';
    return [`programs were seen over ${this.#span.length} alone: ${what}`];
  }

  /** In steps: what ran may be much. */
  *notes(): Steps<readonly string[]> {
    const notes: string[] = [];
    const about = (paths: ReadonlySet<string>, one: string, many: string): void =>
      void notes.push(...noteOf(paths, PROGRAMS, [one, many]));
    about(this.refused, 'was denied and is not learnt', 'were denied and are not learnt');
    yield;
    about(
      this.#alerted,
      'was let run against policies that are tried, and is learnt: see whether it should be',
      'were let run against policies that are tried, and are learnt: see whether they should be',
    );
    about(this.#added, 'is not of the image, and is learnt', 'are not of the image, and are learnt');
    yield;
    const asRoot = 'ran as root alone, where others ran as users';
    about(this.#onlyAsRoot(), asRoot, asRoot);
    yield;
    about(
      this.#onceLater(),
      'ran once, and not as its container began: see whether somebody ran it by hand',
      'ran once, and not as their containers began: see whether somebody ran them by hand',
    );
    if (this.#isAllOfImage && this.#ran.size > 0) {
      notes.push('all of it is of the image: a policy of onlyFromImage alone would need none of these rules');
    }
    yield;
    return notes;
  }

  #onlyAsRoot(): ReadonlySet<string> {
    const all = [...this.#ran];
    if (!all.some(([, { users }]) => users.other)) return new Set();
    return new Set(all.filter(([, { users }]) => users.root && !users.other).map(([path]) => path));
  }

  #onceLater(): ReadonlySet<string> {
    const isLater = ({ count, firstSeen, container }: Ran): boolean =>
      count === 1 && Date.parse(firstSeen) - Date.parse(this.#since.get(container) ?? firstSeen) > AT_START_MS;
    return new Set([...this.#ran].filter(([, ran]) => isLater(ran)).map(([path]) => path));
  }
}
