import { compareText } from '@bulkhead/core';
import { matchesGlob } from '../selection/glob.ts';
import { OF_A_STEP, type Steps } from './steps.ts';

/** What one rule takes. */
const MAX_GLOBS_OF_RULE = 128;
/** Globs with `?` that each path is held against: whoever has more of them run and denied has the learner work for hours. */
const MAX_INEXACT = 256;
/** What a glob does not take for itself. */
const WILD = /[*?]/;

/** Of paths that were denied, those that globs allow all the same. */
export interface AllowedAgain {
  /** Those that a rule before the others denies, by name. */
  readonly deniable: readonly string[];
  /** Those that it has no room for. */
  readonly beyond: ReadonlySet<string>;
  /** Those that no rule can deny alone. */
  readonly inexact: ReadonlySet<string>;
  /** Whether there may be more, as globs are too many to be tried. */
  readonly mayBeMore: boolean;
}

/** Finds what was denied among what globs of learnt rules allow: those of whole folders, and those with `?` in them. */
export function* allowedAgain(denied: ReadonlySet<string>, globs: readonly string[]): Steps<AllowedAgain> {
  const folders = new Set<string>();
  const inexact: string[] = [];
  for (const glob of globs) {
    const folder = glob.slice(0, -1);
    if (glob.endsWith('*') && !WILD.test(folder)) folders.add(folder);
    else if (WILD.test(glob)) inexact.push(glob);
  }
  const mayBeMore = inexact.length > MAX_INEXACT && denied.size > 0;
  inexact.splice(MAX_INEXACT);
  const again: string[] = [];
  let work = 0;
  for (const path of denied) {
    work += 1 + inexact.length;
    if (work >= OF_A_STEP) {
      work = 0;
      yield;
    }
    if (isWithin(path, folders) || inexact.some((glob) => matchesGlob(glob, path))) again.push(path);
  }
  yield;
  const exact = again.filter((path) => !WILD.test(path)).toSorted(compareText);
  return {
    deniable: exact.slice(0, MAX_GLOBS_OF_RULE),
    beyond: new Set(exact.slice(MAX_GLOBS_OF_RULE)),
    inexact: new Set(again.filter((path) => WILD.test(path))),
    mayBeMore,
  };
}

/** Whether a path is in one of some folders, or in a folder within. They are few, and no path has more than 4,096 characters. */
function isWithin(path: string, folders: ReadonlySet<string>): boolean {
  if (folders.size === 0) return false;
  for (let at = 0; at >= 0; at = path.indexOf('/', at + 1)) {
    if (folders.has(path.slice(0, at + 1))) return true;
  }
  return false;
}
