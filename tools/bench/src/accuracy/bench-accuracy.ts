import type { Measure } from '../measure.ts';
import type { Carrier } from './carrier/carrier.ts';
import { stdnumMissing } from './datum/stdnum.ts';
import { capturesMissing, measureCaptures } from './negative/measure-captures.ts';
import { measureNegatives } from './negative/measure-negatives.ts';
import { type Cell, measureRecall } from './recall.ts';
import { captureMeasure, cellMeasures, negativeMeasures, summaryMeasures } from './report.ts';
import { recorderMissing } from './traffic/recorder.ts';
import { cardTrials, numberTrials, type Trial } from './trials.ts';

/** Data of a cell; five cuts make five times as many sessions of it. A hundred sessions are enough for one detector. */
const CARDS_PER_CELL = 40;
const NUMBERS_PER_CELL = 20;
const SEED = 48_271;

/** Bytes of generated negatives: enough to see what is wrong, and as many as the bar speaks of. */
const NEGATIVES = { quick: 300_000_000, full: 10_500_000_000 } as const;

/** Measures what is found and what is taken for something else. `full` takes the generated negatives that the bar asks for. */
export async function benchAccuracy(full: boolean, say: (text: string) => void): Promise<readonly Measure[]> {
  const cells = await measureCells(say);
  say(`  negatives\n`);
  const negatives = await measureNegatives(full ? NEGATIVES.full : NEGATIVES.quick, SEED, say);
  return [
    ...summaryMeasures(cells),
    ...negativeMeasures(negatives),
    ...(await sharedCaptures(say)),
    ...cellMeasures(cells),
  ];
}

async function sharedCaptures(say: (text: string) => void): Promise<readonly Measure[]> {
  const why = capturesMissing();
  if (why === undefined) return [captureMeasure(await measureCaptures())];
  say(`  captures are left out: ${why}\n`);
  return [];
}

async function measureCells(say: (text: string) => void): Promise<readonly Cell[]> {
  const why = recorderMissing();
  if (why !== undefined) {
    say(`  recall is not measured: ${why}\n`);
    return [];
  }
  const cells: Cell[] = [];
  for (const [index, trial] of cardTrials(CARDS_PER_CELL, SEED).entries()) {
    cells.push(...(await measured(trial.carrier, [trial], SEED + index, say)));
  }
  const noJudge = stdnumMissing();
  if (noJudge !== undefined) {
    say(`  other detectors are left out: ${noJudge}\n`);
    return cells;
  }
  const numbers = await numberTrials(NUMBERS_PER_CELL, SEED);
  for (const [carrier, trials] of Map.groupBy(numbers, (trial) => trial.carrier)) {
    cells.push(...(await measured(carrier, trials, SEED, say)));
  }
  return cells;
}

async function measured(
  carrier: Carrier,
  trials: readonly Trial[],
  seed: number,
  say: (text: string) => void,
): Promise<readonly Cell[]> {
  const why = carrier.missing();
  if (why !== undefined) {
    say(`  ${carrier.name} is left out: ${why}\n`);
    return [];
  }
  say(`  ${carrier.name}\n`);
  return measureRecall(carrier, trials, seed);
}
