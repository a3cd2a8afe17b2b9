import { createHash } from 'node:crypto';

/** PostgreSQL refuses index entries beyond a third of a page (2,704 bytes); no package has a name of this length. */
const MAX_INDEXED = 500;
const HEAD = 200;

/**
 * The form in which text from images and advisories is searched by. NUL, which PostgreSQL does not keep in text, and
 * lone surrogates, which are no characters, become U+FFFD; what is very long becomes its head and its digest. The same
 * text always gives the same form; two texts with the same form at worst have an image judged again without need.
 */
export function indexText(text: string): string {
  const clean = text.toWellFormed().replaceAll('\0', '\u{FFFD}');
  if (clean.length <= MAX_INDEXED) return clean;
  const digest = createHash('sha256').update(clean).digest('hex');
  return `${clean.slice(0, HEAD).toWellFormed()}…${digest}`;
}
