import { formatCount, globOfFolder } from '@bulkhead/core';
import type { LearntUse } from './learnt-use.ts';
import { noteOf } from './note-of.ts';
import type { PathWords, UsedPath } from './path-rules.ts';
import { Span } from './span.ts';

/** What begins with its container is seen within seconds; what is done by hand comes later. */
const AT_START_MS = 600_000;

/** What one use of a path is, as it was told. */
export interface PathUse {
  readonly path: string;
  /** Whether it stands for anything within. */
  readonly isFolder?: boolean;
  /** The program that used it; absent where nobody knows. */
  readonly by?: string | undefined;
}

interface Used {
  readonly path: string;
  readonly isFolder: boolean;
  by: string | undefined;
  count: number;
  firstSeen: string;
  lastSeen: string;
  /** Where it was used first. */
  container: string;
}

/** Which paths the workloads of a group were seen to use. */
export class PathRecord {
  readonly #used = new Map<string, Used>();
  readonly #workloads = new Set<string>();
  /** Since when each container is watched. */
  readonly #since = new Map<string, string>();
  readonly #denied = new Set<string>();
  readonly #alerted = new Set<string>();
  readonly #span = new Span();
  readonly #words: PathWords;

  constructor(words: PathWords) {
    this.#words = words;
  }

  /** Takes a use, and says whether it is learnt: what was denied is not. */
  add(use: LearntUse, what: PathUse): 'learnt' | 'denied' {
    const { namespace = '', workload, verdict, firstSeen } = use;
    const container = JSON.stringify([namespace, workload, use.container]);
    this.#workloads.add(JSON.stringify([namespace, workload]));
    this.#span.add(use);
    const since = this.#since.get(container);
    if (since === undefined || firstSeen < since) this.#since.set(container, firstSeen);
    const text = textOf(what);
    if (verdict === 'block') {
      this.#denied.add(text);
      return 'denied';
    }
    if (verdict !== 'allow') this.#alerted.add(text);
    this.#count(use, what, container);
    return 'learnt';
  }

  #count({ count, firstSeen, lastSeen }: LearntUse, what: PathUse, container: string): void {
    const { path, isFolder = false, by } = what;
    const key = isFolder ? `${path}\0` : path;
    const known = this.#used.get(key);
    if (known === undefined) {
      this.#used.set(key, { path, isFolder, by, count, firstSeen, lastSeen, container });
      return;
    }
    known.count += count;
    if (known.by !== by) known.by = undefined;
    if (firstSeen < known.firstSeen) {
      known.firstSeen = firstSeen;
      known.container = container;
    }
    if (lastSeen > known.lastSeen) known.lastSeen = lastSeen;
  }

  /** Whether any agent told of what its workloads use. */
  get isWatched(): boolean {
    return this.#workloads.size > 0;
  }

  /** How many paths were used and not denied. */
  get size(): number {
    return this.#used.size;
  }

  /** What was used and not denied. */
  *used(): Generator<UsedPath, void> {
    for (const { path, isFolder, by, count, lastSeen } of this.#used.values()) {
      yield { path, count, lastSeen, ...(isFolder && { isFolder }), ...(by !== undefined && { by }) };
    }
  }

  /** What was denied, and never let be. */
  get refused(): ReadonlySet<string> {
    return new Set([...this.#denied].filter((path) => !this.#used.has(path)));
  }

  /** What was let be against policies that are tried. */
  get alerted(): ReadonlySet<string> {
    return this.#alerted;
  }

  /** What was used once, and later than a container begins. */
  get onceLater(): ReadonlySet<string> {
    const isLater = ({ count, firstSeen, container }: Used): boolean =>
      count === 1 && Date.parse(firstSeen) - Date.parse(this.#since.get(container) ?? firstSeen) > AT_START_MS;
    return new Set([...this.#used.values()].filter(isLater).map(textOf));
  }

  /** From when to when, in words. */
  get span(): string {
    return this.#span.text;
  }

  summary(): string {
    const { path, use } = this.#words;
    const uses = [...this.#used.values()].reduce((sum, { count }) => sum + count, 0);
    const what = `${formatCount(uses, use)} of ${formatCount(this.#used.size, ...path)}`;
    return `Learnt from ${what} in ${formatCount(this.#workloads.size, 'workload')}, seen ${this.#span.text}.`;
  }

  warnings(): readonly string[] {
    if (!this.#span.isShort) return [];
    const { path, does } = this.#words;
    const what = `what ${does} daily or at certain times only may be missing, and would be refused`;
    return [`${path[1]} were seen over ${this.#span.length} alone: ${what}`];
  }

  /** Some of the paths, as a note says it. */
  note(paths: ReadonlySet<string>, one: string, many: string): readonly string[] {
    return noteOf(paths, this.#words.path, [one, many]);
  }
}

/** A path for who reads it: of a folder, what a glob says. */
function textOf({ path, isFolder = false }: PathUse): string {
  return isFolder ? globOfFolder(path) : path;
}
