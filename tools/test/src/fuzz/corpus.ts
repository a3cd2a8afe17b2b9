/** A corpus is kept as text, an input on each line, so that it can be read and compared. */

const PRINTABLE = { first: 0x20, last: 0x7e };
const BACKSLASH = 0x5c;
const ESCAPED: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['\\', BACKSLASH],
  ['"', 0x22],
]);

/** Printable ASCII as it is, a backslash doubled, every other byte as `\xNN`. */
export function escapeBytes(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => {
      if (byte === BACKSLASH) return '\\\\';
      const printable = byte >= PRINTABLE.first && byte <= PRINTABLE.last;
      return printable ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}

/** The bytes that `escapeBytes` wrote, and those of golden files, which also have `\n`, `\r`, `\t` and `\"`. */
export function unescapeBytes(text: string): Buffer {
  const parts = text.matchAll(/\\x(?<hex>[0-9a-fA-F]{2})|\\(?<name>[nrt\\"])|(?<plain>[^\\]+|\\)/g);
  return Buffer.concat(
    [...parts].map(({ groups = {} }) => {
      if (groups['hex'] !== undefined) return Buffer.from(groups['hex'], 'hex');
      if (groups['name'] !== undefined) return Buffer.of(ESCAPED.get(groups['name']) ?? 0);
      return Buffer.from(groups['plain'] ?? '');
    }),
  );
}

export function readCorpus(text: string): readonly Buffer[] {
  return text.split('\n').filter(Boolean).map(unescapeBytes);
}

/** Sorted, so that a corpus that grew differs by the lines that came. Empty inputs are left out. */
export function writeCorpus(inputs: readonly Uint8Array[]): string {
  const lines = new Set(inputs.filter((input) => input.length > 0).map(escapeBytes));
  return [...lines]
    .toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
    .map((line) => `${line}\n`)
    .join('');
}
