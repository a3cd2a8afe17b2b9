import type { Measure } from '../measure.ts';
import type { Cell } from './recall.ts';
import { wilson } from './wilson.ts';

const CARD = 'payment-card';
const LEAST = { cardsPlain: 0.999, cardsAll: 0.99, othersPlain: 0.99 } as const;

/** The figures that have a bar. */
export function summaryMeasures(cells: readonly Cell[]): readonly Measure[] {
  const cards = cells.filter(({ detector }) => detector === CARD);
  const late = cells.flatMap((cell) => cell.late);
  const bytes = late.map((each) => each.bytes).toSorted((a, b) => a - b);
  return [
    { ...recall('accuracy, cards, plain', cards.filter(isPlain)), bar: LEAST.cardsPlain },
    { ...recall('accuracy, cards, all encodings', cards), bar: LEAST.cardsAll },
    {
      name: 'accuracy, bytes let go after the last digit came',
      value: bytes.at(-1) ?? 0,
      unit: 'bytes at most',
      bar: 0,
      atMost: true,
      detail: {
        sessions: late.length,
        'late sessions': bytes.filter((each) => each > 0).length,
        'p50 bytes': bytes[bytes.length >> 1] ?? 0,
        'p99 bytes': bytes[Math.floor(bytes.length * 0.99)] ?? 0,
        'packets at most': Math.max(0, ...late.map(({ packets }) => packets)),
      },
    },
  ];
}

/** One figure for each detector, protocol and way to write the datum, over all cuts; the cuts beside it. */
export function cellMeasures(cells: readonly Cell[]): readonly Measure[] {
  const groups = Map.groupBy(cells, ({ detector, carrier, kind }) => `${detector}: ${carrier}, ${kind}`);
  return [...groups].map(([name, own]) => {
    const { detail, ...measure } = recall(`  ${name}`, own);
    const cuts = own.map(({ cut, found, sessions }) => [cut, found / sessions] as const);
    const missed = cuts.filter(([, share]) => share < 1);
    return {
      ...measure,
      detail: { ...detail, ...(new Set(cuts.map(([, share]) => share)).size > 1 && Object.fromEntries(missed)) },
    };
  });
}

/** Recall over cells together, with its interval. */
export function recall(name: string, cells: readonly Cell[]): Measure {
  const found = cells.reduce((sum, cell) => sum + cell.found, 0);
  const sessions = cells.reduce((sum, cell) => sum + cell.sessions, 0);
  const { low, high } = wilson(found, sessions);
  return {
    name,
    value: sessions === 0 ? 0 : found / sessions,
    unit: 'found',
    detail: { found, sessions, from: low, to: high },
  };
}

function isPlain({ group }: Cell): boolean {
  return group === 'plain';
}
