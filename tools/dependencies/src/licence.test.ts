import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mayBeUsed } from './licence.ts';

const shipped = (text: string): boolean => mayBeUsed(text, { isShipped: true });

describe('mayBeUsed', () => {
  it.each(['MIT', 'Apache-2.0', '(MIT)', '(Apache-2.0 AND BSD-3-Clause)', 'GPL-3.0-only OR MIT', '((MIT)) AND (ISC)'])(
    'ships %s',
    (text) => {
      expect(shipped(text)).toBe(true);
    },
  );

  it.each([
    'GPL-3.0-only',
    'AGPL-3.0-or-later',
    'MIT AND GPL-3.0-only',
    'MIT OR ISC AND GPL-2.0-only OR',
    '(MIT OR GPL-3.0-only) AND GPL-2.0-only',
    'GPL-2.0-only WITH Classpath-exception-2.0',
    'SEE LICENSE IN LICENSE.txt',
    'UNLICENSED',
    'MIT ISC',
    '(MIT',
    'MIT)',
    '()',
    'mit',
    '',
  ])('does not ship "%s"', (text) => {
    expect(shipped(text)).toBe(false);
  });

  it('builds with what it does not ship', () => {
    expect(mayBeUsed('MPL-2.0', { isShipped: false })).toBe(true);
    expect(shipped('MPL-2.0')).toBe(false);
    expect(mayBeUsed('GPL-3.0-only', { isShipped: false })).toBe(false);
  });

  it('judges AND before OR, as a table of truth does', () => {
    const name = fc.constantFrom('MIT', 'ISC', 'GPL-3.0-only', 'AGPL-3.0-only');
    const tree = fc.letrec<{ node: readonly [string, boolean] }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        name.map((text) => [text, text.length === 3] as const),
        fc
          .tuple(tie('node'), fc.constantFrom('AND', 'OR'), tie('node'))
          .map(
            ([[left, isLeft], word, [right, isRight]]) =>
              [`(${left} ${word} ${right})`, word === 'AND' ? isLeft && isRight : isLeft || isRight] as const,
          ),
      ),
    })).node;
    fc.assert(
      fc.property(tree, ([text, holds]) => {
        fc.pre(text.length <= 500);
        expect(shipped(text)).toBe(holds);
        expect(shipped(`MIT OR ${text} AND GPL-3.0-only`)).toBe(true);
      }),
    );
  });

  it('answers for whatever somebody wrote there', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('(', ')', 'AND', 'OR', 'MIT', 'x', ' ')), (words) => {
        expect(typeof shipped(words.join(' '))).toBe('boolean');
      }),
    );
    expect(shipped('('.repeat(10_000))).toBe(false);
  });
});
