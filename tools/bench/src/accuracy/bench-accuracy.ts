import type { Measure } from '../measure.ts';
import { type Cell, measureRecall, type Trial } from './recall.ts';
import { cellMeasures, summaryMeasures } from './report.ts';
import { recorderMissing } from './traffic/recorder.ts';
import { cardTrials } from './trials.ts';

/** Data of a cell; five cuts make five times as many sessions of it. */
const CARDS_PER_CELL = 40;
const SEED = 48_271;

/** Measures what is found and what is taken for something else, on traffic of real servers and clients. */
export async function benchAccuracy(say: (text: string) => void): Promise<readonly Measure[]> {
  const why = recorderMissing();
  if (why !== undefined) {
    say(`  recall is not measured: ${why}\n`);
    return [];
  }
  const cells: Cell[] = [];
  for (const [index, trial] of cardTrials(CARDS_PER_CELL).entries()) {
    cells.push(...(await measured(trial, SEED + index, say)));
  }
  return [...summaryMeasures(cells), ...cellMeasures(cells)];
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
