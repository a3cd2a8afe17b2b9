import type { StepResult } from './step.ts';

const MAX_CELL = 76;

/** The steps as a table for a terminal. Whether a step went well is said in words, not only by a sign. */
export function renderSteps(steps: readonly StepResult[]): string {
  const rows = [
    ['', 'what is done', 'what must happen', 'what happened', 'time'],
    ...steps.map(({ name, expected, seen, isAsExpected, ms }) => [
      isAsExpected ? 'ok' : 'FAILED',
      name,
      expected,
      clip(seen, isAsExpected),
      `${(ms / 1000).toFixed(2)} s`,
    ]),
  ];
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return `${lines.join('\n')}\n`;
}

/** What went wrong is shown whole. */
function clip(text: string, isAsExpected: boolean): string {
  return !isAsExpected || text.length <= MAX_CELL ? text : `${text.slice(0, MAX_CELL - 1)}…`;
}
