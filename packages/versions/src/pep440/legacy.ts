import { compareText } from '../numeral.ts';
import type { Order } from '../scheme.ts';

const REPLACED: Readonly<Record<string, string>> = { pre: 'c', preview: 'c', rc: 'c', '-': 'final-', dev: '@' };
const FINAL = '*final';
/** Numbers are padded to this width, so that they order as text; setuptools used 8. */
const NUMBER_WIDTH = 8;
const ZERO = '0'.repeat(NUMBER_WIDTH);

/** The form in which setuptools ordered versions before PEP 440: words begin with an asterisk, numbers are padded. */
export function parseLegacy(text: string): readonly string[] {
  const parts: string[] = [];
  for (const found of text.toLowerCase().match(/[0-9]+|[a-z]+|-|[^0-9a-z.-]+/g) ?? []) {
    const part = Object.hasOwn(REPLACED, found) ? (REPLACED[found] ?? found) : found;
    if (/^[0-9]/.test(part)) parts.push(part.padStart(NUMBER_WIDTH, '0'));
    else push(parts, `*${part}`);
  }
  push(parts, FINAL);
  return parts;
}

export function compareLegacy(a: readonly string[], b: readonly string[]): Order {
  for (const [index, left] of a.entries()) {
    const right = b[index];
    if (right === undefined) return 1;
    const order = compareText(left, right);
    if (order !== 0) return order;
  }
  return a.length < b.length ? -1 : 0;
}

/** A word takes away the zeros before it, and one that means a pre-release the dash before it too. */
function push(parts: string[], word: string): void {
  if (word < FINAL) while (parts.at(-1) === '*final-') parts.pop();
  while (parts.at(-1) === ZERO) parts.pop();
  parts.push(word);
}
