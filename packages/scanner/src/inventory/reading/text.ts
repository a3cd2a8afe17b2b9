const BYTE_ORDER_MARK = 0xfeff;

/** Bytes as UTF-8 text without a byte order mark; what is no UTF-8 becomes U+FFFD. */
export function textOf(content: Buffer): string {
  const text = content.toString('utf8');
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** The lines of a text, without their ends (`\n` or `\r\n`). An end of line at the end makes no further line. */
export function* linesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    yield text.slice(start, end > start && text[end - 1] === '\r' ? end - 1 : end);
    start = end + 1;
  }
}
