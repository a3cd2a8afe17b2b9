import type { Measure } from '../measure.ts';
import { measureNegatives } from './negative/measure-negatives.ts';
import { type Cell, measureRecall, type Trial } from './recall.ts';
import { cellMeasures, negativeMeasures, summaryMeasures } from './report.ts';
import { recorderMissing } from './traffic/recorder.ts';
import { cardTrials } from './trials.ts';

/** Data of a cell; five cuts make five times as many sessions of it. */
const CARDS_PER_CELL = 40;
const SEED = 48_271;

/** Bytes of generated negatives: enough to see what is wrong, and as many as the bar speaks of. */
const NEGATIVES = { quick: 300_000_000, full: 10_500_000_000 } as const;

/** Measures what is found and what is taken for something else. `full` takes the generated negatives that the bar asks for. */
export async function benchAccuracy(full: boolean, say: (text: string) => void): Promise<readonly Measure[]> {
  const cells = await measureCells(say);
  say(`  negatives\n`);
  const negatives = await measureNegatives(full ? NEGATIVES.full : NEGATIVES.quick, SEED, say);
  return [...summaryMeasures(cells), ...negativeMeasures(negatives), ...cellMeasures(cells)];
}

async function measureCells(say: (text: string) => void): Promise<readonly Cell[]> {
  const why = recorderMissing();
  if (why !== undefined) {
    say(`  recall is not measured: ${why}\n`);
    return [];
  }
  const cells: Cell[] = [];
  for (const [index, trial] of cardTrials(CARDS_PER_CELL).entries()) {
    cells.push(...(await measured(trial, SEED + index, say)));
  }
  return cells;
}

async function measured(trial: Trial, seed: number, say: (text: string) => void): Promise<readonly Cell[]> {
  const { carrier, detector } = trial;
  const why = carrier.missing();
  if (why !== undefined) {
    say(`  ${carrier.name} is left out: ${why}\n`);
    return [];
  }
  say(`  ${detector}: ${carrier.name}\n`);
  return measureRecall(trial, seed);
}
