const SPACE = 0x20;
const QUOTE = 0x22;
const ASTERISK = 0x2a;
const COMMA = 0x2c;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const CLOSING = new Set([0x5d, 0x7d]);
const BLANK = new Set([0x09, 0x0a, 0x0d, SPACE]);

/**
 * JSON with comments and trailing commas as plain JSON: both become spaces, in one pass. What is wrong beyond that is
 * left for `JSON.parse` to refuse. Everything that matters is ASCII, so UTF-8 needs no decoding.
 */
export function plainJson(content: Buffer): Buffer {
  const plain = Buffer.from(content);
  let comma = -1;
  for (let at = 0; at < plain.length; at += 1) {
    const byte = plain[at] ?? SPACE;
    if (byte === SLASH && (plain[at + 1] === SLASH || plain[at + 1] === ASTERISK)) {
      const end = endOfComment(plain, at);
      plain.fill(SPACE, at, end);
      at = end - 1;
    } else if (byte === QUOTE) {
      at = endOfString(plain, at);
      comma = -1;
    } else if (byte === COMMA) comma = at;
    else if (!BLANK.has(byte)) {
      if (comma !== -1 && CLOSING.has(byte)) plain[comma] = SPACE;
      comma = -1;
    }
  }
  return plain;
}

function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at;
  }
  return bytes.length;
}

function endOfComment(bytes: Buffer, start: number): number {
  const isLine = bytes[start + 1] === SLASH;
  const end = bytes.indexOf(isLine ? '\n' : '*/', start + 2);
  if (end === -1) return bytes.length;
  return isLine ? end : end + 2;
}
