import { matchesGlob } from '@bulkhead/policy';
import { matchesPath } from '@bulkhead/sentinel';
import fc from 'fast-check';
import { expect, it } from 'vitest';

// Policies are tested by the one, and enforced by the other: they must never disagree.

const bounds = { maxLength: 12 };
/** Characters of every kind: wildcards, separators, such as take two or four bytes, and two units of UTF-16. */
const unit = fc.constantFrom('a', 'b', '/', '*', '?', 'ä', '€', '🔒', '\u0301', '\uFFFD', ' ', '\\');

it('a path matches a glob for the sentinel if it does for policies', () => {
  const [glob, path] = [fc.string({ unit, ...bounds }), fc.string({ unit, ...bounds })];
  fc.assert(
    fc.property(glob, path, (wanted, text) => {
      expect(matchesPath(wanted, text)).toBe(matchesGlob(wanted, text));
    }),
  );
});

it('and so does what was made from the glob itself', () => {
  const part = fc.string({ unit: fc.constantFrom('a', 'b', '/', '🔒'), maxLength: 4 });
  const pieces = fc.array(fc.record({ text: part, wildcard: fc.constantFrom('*', '?', ''), filled: part }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(pieces, (made) => {
      const wanted = made.map(({ text, wildcard }) => text + wildcard).join('');
      const text = made.map((piece) => piece.text + (piece.wildcard === '' ? '' : piece.filled)).join('');
      expect(matchesPath(wanted, text)).toBe(matchesGlob(wanted, text));
    }),
  );
});

it('and so does any text that is whole', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 });
  fc.assert(
    fc.property(text, text, (wanted, path) => {
      expect(matchesPath(wanted, path)).toBe(matchesGlob(wanted, path));
      expect(matchesPath(path, path)).toBe(matchesGlob(path, path));
    }),
  );
});
