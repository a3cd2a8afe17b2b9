import { compareText, formatCount } from '@bulkhead/core';

/** So many of a kind are named in a note; what was seen itself tells of the others. */
const MAX_NAMED = 5;

export type OneAndMany = readonly [one: string, many: string];

/** `2 flows were denied: to db on 5432/tcp, to web on 80/tcp`; nothing of none. */
export function noteOf(texts: ReadonlySet<string>, what: OneAndMany, says: OneAndMany): readonly string[] {
  if (texts.size === 0) return [];
  const named = [...texts].toSorted(compareText).slice(0, MAX_NAMED);
  const more = texts.size > named.length ? `, and ${texts.size - named.length} more` : '';
  return [`${formatCount(texts.size, ...what)} ${says[texts.size === 1 ? 0 : 1]}: ${named.join(', ')}${more}`];
}
