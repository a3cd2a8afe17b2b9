/** What may be part of what people install: nothing that binds how they use, change or pass on what they have built with it. */
const SHIPPED: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'PSF-2.0',
  'Python-2.0',
  'Unlicense',
]);

/** What may also be used to build and to test: its terms are about changed files of its own, and none of them is passed on. */
const BUILD_ONLY: ReadonlySet<string> = new Set(['MPL-2.0']);

/** Bounds an expression, which a stranger has written. */
const MAX_LENGTH = 500;

/**
 * Whether the terms that a package states can be met: an SPDX licence expression of names, `AND`, `OR` and parentheses (SPDX 2.3,
 * annex D), of which `OR` leaves the choice to us. Anything else, `WITH` included, is for a person to judge and is not met.
 */
export function mayBeUsed(expression: string, { isShipped }: { readonly isShipped: boolean }): boolean {
  if (expression.length > MAX_LENGTH) return false;
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  const allowed = (name: string): boolean => SHIPPED.has(name) || (!isShipped && BUILD_ONLY.has(name));
  let at = 0;

  // Binds less than AND. Both sides are always read, so that what follows a licence that will do is still checked.
  function either(): boolean {
    let holds = both();
    while (words[at] === 'OR') {
      at += 1;
      const other = both();
      holds ||= other;
    }
    return holds;
  }
  function both(): boolean {
    let holds = one();
    while (words[at] === 'AND') {
      at += 1;
      const other = one();
      holds &&= other;
    }
    return holds;
  }
  function one(): boolean {
    const word = words[at];
    at += 1;
    if (word !== '(') return word !== undefined && allowed(word);
    const holds = either();
    const isClosed = words[at] === ')';
    at += 1;
    return holds && isClosed;
  }

  const holds = either();
  return holds && at === words.length;
}
