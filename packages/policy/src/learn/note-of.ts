import { compareText, formatCount } from '@bulkhead/core';

/** So many of a kind are named in a note; what was seen itself tells of the others. */
const MAX_NAMED = 5;

export type OneAndMany = readonly [one: string, many: string];

/** `2 flows were denied: to db on 5432/tcp, to web on 80/tcp`; nothing of none. */
export function noteOf(texts: ReadonlySet<string>, what: OneAndMany, says: OneAndMany): readonly string[] {
  if (texts.size === 0) return [];
  const named = first(texts);
  const more = texts.size > named.length ? `, and ${texts.size - named.length} more` : '';
  return [`${formatCount(texts.size, ...what)} ${says[texts.size === 1 ? 0 : 1]}: ${named.join(', ')}${more}`];
}

/** The first of them in order. All are not sorted: they may be as many as was seen. */
function first(texts: ReadonlySet<string>): readonly string[] {
  const named: string[] = [];
  for (const text of texts) {
    const last = named.at(-1);
    if (named.length === MAX_NAMED && last !== undefined && compareText(text, last) >= 0) continue;
    const before = named.findLastIndex((one) => compareText(one, text) < 0);
    named.splice(before + 1, 0, text);
    if (named.length > MAX_NAMED) named.pop();
  }
  return named;
}
