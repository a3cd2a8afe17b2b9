const NEWLINE = 0x0a;

/**
 * Line numbers of offsets in a text that passes in pieces. It remembers the last piece and the one before it, in which
 * every datum begins that the last one completes, unless pieces are tiny: then the line is the first one remembered.
 */
export class LineCounter {
  #before: Piece = { start: 0, line: 1, newlines: [] };
  #last: Piece = { start: 0, line: 1, newlines: [] };
  #end = 0;

  add(bytes: Uint8Array): void {
    const { line, newlines } = this.#last;
    this.#before = this.#last;
    this.#last = { start: this.#end, line: line + newlines.length, newlines: newlinesOf(bytes, this.#end) };
    this.#end += bytes.length;
  }

  /** From 1. */
  lineAt(offset: number): number {
    const piece = offset >= this.#last.start ? this.#last : this.#before;
    return piece.line + countBelow(piece.newlines, offset);
  }
}

interface Piece {
  readonly start: number;
  /** Of its first byte. */
  readonly line: number;
  readonly newlines: readonly number[];
}

function newlinesOf(bytes: Uint8Array, start: number): readonly number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) found.push(start + at);
  return found;
}

/** How many of the sorted offsets lie before one. */
function countBelow(sorted: readonly number[], offset: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
