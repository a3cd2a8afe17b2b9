import { printable } from '@bulkhead/core';

/** Wider cells are cut: hostile traffic decides how long a field path is, a terminal does not follow. */
const MAX_CELL = 60;

/** Lays rows out in columns as wide as their widest cell. Cells are made safe for a terminal. */
export function renderTable(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [header, ...rows].map((row) => row.map((cell) => printable(String(cell), MAX_CELL)));
  const widths = header.map((_, column) => Math.max(...cells.map((row) => width(row[column] ?? ''))));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

function width(text: string): number {
  return Array.from(text).length;
}
