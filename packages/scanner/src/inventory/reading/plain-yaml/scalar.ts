/** Escapes of double-quoted scalars that writers of lock files use (YAML 1.2, 5.7). */
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '0': '\0', e: '\u001b', '/': '/' };

/** Where a quoted scalar that begins at `start` ends (behind its quote), or -1 where it does not. */
export function endOfQuoted(text: string, start: number): number {
  const quote = text[start];
  for (let at = start + 1; at < text.length; at += 1) {
    if (quote === '"' && text[at] === '\\') at += 1;
    else if (text[at] === quote) {
      if (quote !== "'" || text[at + 1] !== "'") return at + 1;
      at += 1;
    }
  }
  return -1;
}

/** The text of a quoted scalar, given with its quotes. */
export function unquoted(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith("'")) return inner.replaceAll("''", "'");
  return inner.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/gs, (_whole, two, four, one) => {
    if (typeof one === 'string') return ESCAPES[one] ?? one;
    return String.fromCharCode(Number.parseInt(String(two ?? four), 16));
  });
}

/** A plain scalar or the rest of a line without the comment behind it. */
export function withoutComment(text: string): string {
  if (text.startsWith('#')) return '';
  const comment = text.indexOf(' #');
  return (comment === -1 ? text : text.slice(0, comment)).trimEnd();
}
