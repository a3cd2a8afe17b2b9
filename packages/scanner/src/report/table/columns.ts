import { printable } from '@bulkhead/core';

/** A column of a table for people. The last column of a table takes what is left of the line. */
export interface Column {
  readonly title: string;
  /** The most it may take, whatever its content. */
  readonly most: number;
}

const GAP = '  ';

/**
 * Lays rows out in columns that fit `width`: every column as wide as its widest cell, up to its bound, the last one as
 * wide as the line allows. What does not fit is cut and ends with "…". Text from outside cannot move the cursor.
 */
export function layOut(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
  indent: string,
): readonly string[] {
  const cells = rows.map((row) => row.map((cell) => printable(cell)));
  const titles = columns.map(({ title }) => title);
  const widths = columns.map(({ most }, index) =>
    Math.min(most, Math.max(...[titles, ...cells].map((row) => (row[index] ?? '').length))),
  );
  const taken = widths.slice(0, -1).reduce((sum, one) => sum + one + GAP.length, indent.length);
  const last = widths.length - 1;
  widths[last] = Math.max(MIN_LAST, Math.min(widths[last] ?? 0, width - taken));
  return [titles, ...cells].map((row) =>
    (indent + row.map((cell, at) => fit(cell, widths[at] ?? 0)).join(GAP)).trimEnd(),
  );
}

/** Narrower than this the last column says nothing any more; then the line is longer than the terminal. */
const MIN_LAST = 12;

function fit(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, Math.max(0, width - 1))}…`;
}
