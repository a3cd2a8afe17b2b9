/** One figure against its bar. */
export interface Measure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The least, or for `atMost` the most, that is asked for. */
  readonly bar?: number;
  readonly atMost?: boolean;
  /** What the figure was made of. */
  readonly detail: Readonly<Record<string, number | string | readonly number[]>>;
}

/** Whether a figure keeps its bar; nothing when it has none. */
export function keepsBar({ value, bar, atMost = false }: Measure): boolean | undefined {
  if (bar === undefined) return undefined;
  return atMost ? value <= bar : value >= bar;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
}

export function renderMeasures(measures: readonly Measure[]): string {
  const rows = [
    ['measure', 'value', 'bar', '', 'made of'],
    ...measures.map((measure) => {
      const { name, value, unit, bar, atMost = false, detail } = measure;
      const kept = keepsBar(measure);
      return [
        name,
        `${round(value)} ${unit}`,
        bar === undefined ? '' : `${atMost ? '≤' : '≥'} ${round(bar)}`,
        kept === undefined ? '' : kept ? 'kept' : 'MISSED',
        Object.entries(detail)
          .map(([key, part]) => `${key} ${typeof part === 'number' ? round(part) : String(part)}`)
          .join(', '),
      ];
    }),
  ];
  const widths = [0, 1, 2, 3, 4].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function round(value: number): string {
  return Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
