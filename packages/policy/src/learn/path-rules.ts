import { compareText, formatCount, globOfFolder } from '@bulkhead/core';
import { distinctNames, slugOf } from './document-name.ts';
import { noteOf, type OneAndMany } from './note-of.ts';
import { minuteOf } from './span.ts';
import { OF_A_STEP, type Steps } from './steps.ts';

/** What a person can still review of a folder. */
const MAX_NAMES_OF_FOLDER = 64;
/** Folders within others are looked into so far down; beyond it all that is within one is its own name. */
const MAX_DEPTH = 32;
/** Globs of all rules, in as many rules as a policy may have, and more than a person reviews. */
const MAX_GLOBS = 4_096;
/** Beyond so many folders with rules of their own they share rules. */
const MAX_FOLDERS = 32;
/** What one rule takes. */
const MAX_GLOBS_OF_RULE = 128;
/** The counts of so many are told one by one above a rule. */
const MAX_COUNTED = 8;

/** A longer name is cut above a rule, which has it as a whole. */
const MAX_NAME = 64;
/** So many characters of a path are as much work as all else of it: each may be one that is replaced. */
const CHARACTERS_OF_WORK = 64;
/** Any character, in a glob. */
const ANY = '?';
/** Anything, in a glob. No path has it once it is one. */
const ALL = '*';

/** A path that was used. */
export interface UsedPath {
  readonly path: string;
  /** Whether anything within it was, by names that nobody tells any more. */
  readonly isFolder?: boolean;
  /** The program that used it, if it was one alone. */
  readonly by?: string | undefined;
  readonly count: number;
  readonly lastSeen: string;
}

/** A rule about paths, and what speaks for it. */
export interface PathRule {
  readonly name: string;
  readonly globs: readonly string[];
  readonly comment: string;
}

export interface PathRules {
  readonly rules: readonly PathRule[];
  readonly notes: readonly string[];
}

/** Words for what is learnt: what a path is, what a use of it is, and what is done with it. */
export interface PathWords {
  readonly path: OneAndMany;
  readonly use: string;
  readonly does: string;
}

/** What of one folder is allowed: some of its names, or all that is in it. */
interface Allowed {
  /** Ends with a slash. */
  readonly folder: string;
  readonly isWhole: boolean;
  readonly used: readonly UsedPath[];
}

/**
 * The fewest rules that allow paths that were used: one for each folder. A folder in which too many names were used is allowed
 * as a whole, and noted. Rules are given none of the names that are `taken`.
 */
export function* writePathRules(
  used: Iterable<UsedPath>,
  words: PathWords,
  taken: ReadonlySet<string> = new Set(),
): Steps<PathRules> {
  const found = yield* foldersOf(yield* joined(used), '/', 0);
  yield;
  const folders = fewEnough(found).toSorted((a, b) => compareText(a.folder, b.folder));
  yield;
  const whole = folders.flatMap(globsOf).filter((glob) => glob.endsWith(ALL));
  const inexact = folders
    .filter(({ isWhole }) => !isWhole)
    .flatMap((allowed) => allowed.used.map(({ path }) => path))
    .filter((path) => path.includes(ANY));
  const drafts = folders.length <= MAX_FOLDERS ? folders.map((folder) => [folder]) : shared(folders);
  const names = distinctNames(
    drafts,
    (draft) => ({ name: nameOf(draft), meaning: JSON.stringify(draft.flatMap(globsOf)) }),
    taken,
  );
  return {
    rules: drafts.map((draft) => ({
      name: names.get(draft) ?? '',
      globs: draft.flatMap(globsOf),
      comment: commentOf(
        draft.flatMap((allowed) => allowed.used),
        words,
      ),
    })),
    notes: [
      ...noteOf(
        new Set(whole),
        ['folder', 'folders'],
        [
          `has more ${words.path[1]} than are told one by one: all that is in it is allowed`,
          `have more ${words.path[1]} than are told one by one: all that is in them is allowed`,
        ],
      ),
      ...noteOf(new Set(inexact), words.path, [
        'has characters in its name that no rule can say: any character is allowed in their place',
        'have characters in their names that no rule can say: any character is allowed in their place',
      ]),
    ],
  };
}

/**
 * Paths as globs that match them, and little else: `*` and `?` cannot be written as themselves. What is written alike is one.
 */
function* joined(used: Iterable<UsedPath>): Steps<readonly UsedPath[]> {
  const globs = new Map<string, UsedPath>();
  let work = 0;
  for (const { path, isFolder = false, by, count, lastSeen } of used) {
    work += 1 + path.length / CHARACTERS_OF_WORK;
    if (work >= OF_A_STEP) {
      work = 0;
      yield;
    }
    const exact = path.replaceAll(ALL, ANY);
    const glob = isFolder ? globOfFolder(exact) : exact;
    const known = globs.get(glob) ?? { count: 0, lastSeen, by };
    const last = known.lastSeen > lastSeen ? known.lastSeen : lastSeen;
    const same = known.by === by ? by : undefined;
    globs.set(glob, { path: glob, by: same, count: known.count + count, lastSeen: last });
  }
  return [...globs.values()];
}

function globsOf({ folder, isWhole, used }: Allowed): readonly string[] {
  return isWhole ? [`${folder}${ALL}`] : used.map(({ path }) => path);
}

/** What was used in a folder and those within it, of paths that all begin with it. */
function* foldersOf(used: readonly UsedPath[], folder: string, depth: number): Steps<readonly Allowed[]> {
  yield;
  const here: UsedPath[] = [];
  const inner = new Map<string, UsedPath[]>();
  const names = new Set<string>();
  for (const [index, one] of used.entries()) {
    if (index % OF_A_STEP === OF_A_STEP - 1) yield;
    const slash = depth === MAX_DEPTH ? -1 : one.path.indexOf('/', folder.length);
    const name = one.path.slice(folder.length, slash < 0 ? undefined : slash);
    names.add(name);
    if (slash < 0) here.push(one);
    else pathsIn(inner, name).push(one);
  }
  if (names.size > MAX_NAMES_OF_FOLDER || names.has(ALL)) return [{ folder, isWhole: true, used }];
  const sorted = here.toSorted((a, b) => compareText(a.path, b.path));
  const found: Allowed[] = sorted.length === 0 ? [] : [{ folder, isWhole: false, used: sorted }];
  for (const [name, paths] of inner) {
    const deeper = yield* foldersOf(paths, `${folder}${name}/`, depth + 1);
    for (const allowed of deeper) found.push(allowed);
  }
  return found;
}

function pathsIn(folders: Map<string, UsedPath[]>, name: string): UsedPath[] {
  const known = folders.get(name) ?? [];
  folders.set(name, known);
  return known;
}

/** Where rules would be more than a policy may have, what has most of it: folders of the root are allowed as a whole. */
function fewEnough(folders: readonly Allowed[]): readonly Allowed[] {
  const count = (some: readonly Allowed[]): number => some.reduce((sum, one) => sum + globsOf(one).length, 0);
  if (count(folders) <= MAX_GLOBS) return folders;
  const topOf = ({ folder }: Allowed): string => folder.slice(0, folder.indexOf('/', 1) + 1) || folder;
  return [...Map.groupBy(folders, topOf)].flatMap(([top, within]) =>
    top === '/' || count(within) <= MAX_NAMES_OF_FOLDER
      ? within
      : [{ folder: top, isWhole: true, used: within.flatMap(({ used }) => used) }],
  );
}

/** Folders that share rules, in their order. */
function shared(folders: readonly Allowed[]): readonly (readonly Allowed[])[] {
  const drafts: Allowed[][] = [];
  let room = 0;
  for (const folder of folders) {
    const size = globsOf(folder).length;
    if (size > room) {
      drafts.push([]);
      room = MAX_GLOBS_OF_RULE;
    }
    drafts.at(-1)?.push(folder);
    room -= size;
  }
  return drafts;
}

/** `usr-bin` of one folder; `bin-to-usr-lib` of several. */
function nameOf(draft: readonly Allowed[]): string {
  const slugs = [draft[0], draft.at(-1)].map((one) => slugOf(one?.folder ?? '') || 'root-folder');
  return draft.length === 1 ? (slugs[0] ?? '') : slugs.join('-to-');
}

function commentOf(used: readonly UsedPath[], { path, use }: PathWords): string {
  let [count, last] = [0, ''];
  for (const one of used) {
    count += one.count;
    if (one.lastSeen > last) last = one.lastSeen;
  }
  const uses = formatCount(count, use);
  const who = whoUsed(used);
  if (used.length > MAX_COUNTED) {
    return `${uses} of ${formatCount(used.length, ...path)}${who}, the last ${minuteOf(last)}`;
  }
  // Of a folder nobody knows the names.
  const isOne = used.length === 1 || used.some((one) => one.path.endsWith(ALL));
  const each = isOne ? '' : `: ${used.map((one) => `${baseOf(one.path)} ${one.count}`).join(', ')}`;
  return `${uses}${who}, the last ${minuteOf(last)}${each}`;
}

/** Where one program alone used all of it, which. */
function whoUsed(used: readonly UsedPath[]): string {
  const by = used[0]?.by;
  return by !== undefined && used.every((one) => one.by === by) ? ` by ${cut(by)}` : '';
}

function baseOf(path: string): string {
  return cut(path.slice(path.lastIndexOf('/') + 1));
}

function cut(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME)}…` : name;
}
