import { RE2JS } from '@bufbuild/re2';
import { patternSize } from './pattern-size.ts';

/** A pattern of RE2, whose matching is linear in the text. */
export interface Pattern {
  test(text: string): boolean;
  /** The steps that a text of this length takes at most. */
  stepsFor(length: number): number;
}

export type PatternOutcome =
  | { readonly ok: true; readonly pattern: Pattern }
  | { readonly ok: false; readonly message: string };

/** Longer ones are read by nobody. */
const MAX_PATTERN = 512;
/** `{n}` is written out n times: a short pattern may stand for a program of millions of parts. */
const MAX_SIZE = 2000;
/** Parts of a pattern that are tried on a character in the time of a step. */
const TRIES = 8;

/** Reads a pattern and puts a bound on what it costs, before it is compiled. */
export function readPattern(text: string): PatternOutcome {
  if (text.length > MAX_PATTERN) {
    return { ok: false, message: `a pattern has at most ${MAX_PATTERN} characters` };
  }
  const size = patternSize(text);
  if (size > MAX_SIZE) return { ok: false, message: 'the pattern is too large once its repetitions are written out' };
  try {
    const compiled = RE2JS.compile(text);
    return {
      ok: true,
      pattern: { test: (target) => compiled.test(target), stepsFor: (length) => 1 + (length * size) / TRIES },
    };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
