import type { Measure } from '../measure.ts';
import { HARD_NEGATIVES } from './negative/hard-negatives.ts';
import type { CaptureCount } from './negative/measure-captures.ts';
import type { NegativeCount } from './negative/measure-negatives.ts';
import { CARD, type Cell } from './recall.ts';
import { wilson } from './wilson.ts';

const MOST_ALERTS_PER_GB = 5;
/** The kinds of negatives come in turn, in equal measure. */
const ID_HEAVY_SHARE = HARD_NEGATIVES.filter(({ isIdHeavyJson }) => isIdHeavyJson).length / HARD_NEGATIVES.length;
const LEAST = { cardsPlain: 0.999, cardsAll: 0.99, othersPlain: 0.99 } as const;

/** The figures that have a bar. */
export function summaryMeasures(cells: readonly Cell[]): readonly Measure[] {
  if (cells.length === 0) return [];
  const cards = cells.filter(({ detector }) => detector === CARD);
  const others = [
    ...Map.groupBy(
      cells.filter((cell) => cell.detector !== CARD && isPlain(cell)),
      ({ detector }) => detector,
    ),
  ];
  const least = others
    .map(([detector, own]) => recall(`accuracy, ${detector}, plain: the least found of ${others.length} others`, own))
    .toSorted((a, b) => a.value - b.value)
    .slice(0, 1);
  const late = cells.flatMap((cell) => cell.late);
  const bytes = late.map((each) => each.bytes).toSorted((a, b) => a - b);
  return [
    { ...recall('accuracy, cards, plain', cards.filter(isPlain)), bar: LEAST.cardsPlain },
    { ...recall('accuracy, cards, all encodings', cards), bar: LEAST.cardsAll },
    ...least.map((measure) => ({ ...measure, bar: LEAST.othersPlain })),
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

/** What was found in harmless traffic. */
export function negativeMeasures(count: NegativeCount): readonly Measure[] {
  const { bytes, sessions, seconds, stopped, alerts, byDetector } = count;
  const gigabytes = bytes / 1e9;
  const corpus = { GB: gigabytes, sessions, seconds };
  return [
    {
      name: 'accuracy, harmless sessions stopped or changed',
      value: stopped.size,
      unit: 'sessions',
      bar: 0,
      atMost: true,
      detail: {
        ...corpus,
        'per million sessions': (stopped.size / sessions) * 1e6,
        'at most, with 95 %': wilson(stopped.size, sessions).high * 1e6,
        'per GB': stopped.size / gigabytes,
      },
    },
    {
      name: 'accuracy, false alerts in JSON full of identifiers',
      value: alerts / (gigabytes * ID_HEAVY_SHARE),
      unit: 'per GB',
      bar: MOST_ALERTS_PER_GB,
      atMost: true,
      detail: { ...corpus, alerts },
    },
    {
      name: 'accuracy, false findings of any detector',
      value: [...byDetector.values()].reduce((sum, each) => sum + each, 0) / gigabytes,
      unit: 'per GB',
      detail: { ...corpus, ...Object.fromEntries(byDetector) },
    },
  ];
}

/** What was done to captures that hold nothing to find. */
export function captureMeasure({ captures, bytes, sessions, stopped }: CaptureCount): Measure {
  return {
    name: 'accuracy, sessions of the shared captures stopped or changed',
    value: stopped.length,
    unit: 'sessions',
    bar: 0,
    atMost: true,
    detail: { captures, MB: bytes / 1e6, sessions },
  };
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
