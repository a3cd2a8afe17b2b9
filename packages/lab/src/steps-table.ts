import type { StepResult } from './step.ts';

const MAX_CELL = 76;

/**
 * The steps as a table for a terminal, each on a line of its own; below it, what failed is shown whole. Whether a step
 * went well is said in words, not only by a sign.
 */
export function renderSteps(steps: readonly StepResult[]): string {
  const rows = [
    ['', 'what is done', 'what must happen', 'what happened', 'time'],
    ...steps.map(({ name, expected, seen, isAsExpected, ms }) => [
      isAsExpected ? 'ok' : 'FAILED',
      name,
      expected,
      clip(seen),
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
  const failed = steps.filter(({ isAsExpected, seen }) => !isAsExpected && clip(seen) !== seen);
  return [...lines, ...failed.flatMap(({ name, seen }) => ['', `${name}:`, seen.trimEnd()]), ''].join('\n');
}

/** The first line, where it says something and fits. */
function clip(text: string): string {
  const [first = ''] = text.trimStart().split('\n', 1);
  return first.length === text.length && text.length <= MAX_CELL ? text : `${first.slice(0, MAX_CELL - 1)}…`;
}
