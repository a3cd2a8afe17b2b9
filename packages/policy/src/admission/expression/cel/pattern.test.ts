import { RE2JS } from '@bufbuild/re2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPattern } from './pattern.ts';
import { patternSize } from './pattern-size.ts';

const PARTS = [
  'a',
  'b',
  '.',
  '\\d',
  '\\.',
  '\\pL',
  '[a-z]',
  '[^]a]',
  '[]a]',
  '[[:alpha:]x]',
  '[\\]b]',
  '(',
  '(?:',
  '(?i)',
  ')',
  '|',
  '*',
  '+',
  '?',
  '{2}',
  '{3,}',
  '{0,4}',
  '{1,7}',
  '{,3}',
  '{',
  '}',
  '^',
  '$',
  'é',
  '😀',
  '\\b',
  '\\x{41}',
];

describe('the size of a pattern', () => {
  it('is no less than what RE2 makes of it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...PARTS), { maxLength: 14 }), (parts) => {
        const text = parts.join('');
        fc.pre(patternSize(text) < 5000);

        expect(patternSize(text) + FIXED).toBeGreaterThanOrEqual(compiledSize(text) ?? 0);
      }),
      { numRuns: 1000, examples: [[['|', '|']], [['a', '{0,4}', '(?i)', '{1,7}']], [['a', '*', '(?i)', '{1,7}']]] },
    );
  });

  it.each([
    ['((a{100}){100}){100}', 1_000_000],
    ['(a|b){1000}', 5000],
    ['[a-z]{1,63}', 63],
  ])('counts what %s repeats', (text, atLeast) => {
    expect(patternSize(text)).toBeGreaterThanOrEqual(atLeast);
  });
});

describe('a pattern', () => {
  it.each([
    [
      '^registry\\.example\\.com/[a-z0-9/._-]+@sha256:[0-9a-f]{64}$',
      'registry.example.com/a@sha256:'.concat('0'.repeat(64)),
      true,
    ],
    ['^(a+)+$', `${'a'.repeat(5000)}b`, false],
  ])('%s is matched', (text, target, matches) => {
    const outcome = readPattern(text);

    expect(outcome.ok && outcome.pattern.test(target)).toBe(matches);
  });

  it.each(['\\Q(\\E', 'a'.repeat(513), '(a{500}){500}', 'a{1001}', '(?=a)', '\\1', '['])('is refused: %s', (text) => {
    expect(readPattern(text).ok).toBe(false);
  });
});

/** What every program has: its beginning and its end. */
const FIXED = 4;

function compiledSize(text: string): number | undefined {
  try {
    const compiled = RE2JS.compile(text) as unknown as { re2(): { prog: { numInst(): number } } };
    return compiled.re2().prog.numInst();
  } catch {
    return undefined;
  }
}
