/** Characters of one row. A quote that is never closed would otherwise take the rest of the file for one cell. */
const MAX_ROW = 1024 * 1024;

export interface CsvRow {
  /** Of its first line, from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file that is no CSV. `line` is where that shows. */
export class CsvProblem extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

/**
 * Takes CSV apart (RFC 4180; line feeds alone end rows too), a row at a time and in memory for one row. Empty lines are
 * no rows. Throws a `CsvProblem` where a quote is out of place or a row is larger than a mebibyte.
 */
export async function* csvRows(text: AsyncIterable<string>, separator = ','): AsyncGenerator<CsvRow> {
  let cells: string[] = [];
  let cell = '';
  let size = 0;
  let line = 1;
  let start = 1;
  let state: 'begin' | 'plain' | 'quoted' | 'closed' = 'begin';
  const endRow = (): CsvRow | undefined => {
    const row = { line: start, cells: [...cells, cell] };
    const blank = cells.length === 0 && cell === '' && state === 'begin';
    cells = [];
    cell = '';
    size = 0;
    start = line;
    state = 'begin';
    return blank ? undefined : row;
  };
  let first = true;
  for await (const piece of text) {
    const characters = first && piece.startsWith('\ufeff') ? piece.slice(1) : piece;
    first = first && piece === '';
    for (const character of characters) {
      if (character === '\n') line += 1;
      if (++size > MAX_ROW) throw new CsvProblem(start, 'a row of more than a mebibyte; is a quote left open?');
      if (state === 'quoted') {
        if (character === '"') state = 'closed';
        else cell += character;
      } else if (character === '"' && state === 'closed') {
        cell += '"';
        state = 'quoted';
      } else if (character === '"') {
        if (state !== 'begin') throw new CsvProblem(line, 'a quote inside a cell that does not begin with one');
        state = 'quoted';
      } else if (character === separator) {
        cells.push(cell);
        cell = '';
        state = 'begin';
      } else if (character === '\n') {
        if (cell.endsWith('\r') && state === 'plain') cell = cell.slice(0, -1);
        if (cell === '' && state === 'plain') state = 'begin';
        const row = endRow();
        if (row !== undefined) yield row;
      } else if (state === 'closed' && character !== '\r') {
        throw new CsvProblem(line, 'text after the quote that ends a cell');
      } else if (state !== 'closed') {
        cell += character;
        state = 'plain';
      }
    }
  }
  if (state === 'quoted') throw new CsvProblem(start, 'a quote that is never closed');
  const row = endRow();
  if (row !== undefined) yield row;
}
