import type { Stage, StageResult } from './stage.ts';

export interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Runs stages one after the other, whatever the ones before did, and says on `say` what each of them found. */
export async function runStages(stages: readonly Stage[], say: (text: string) => void): Promise<Totals> {
  let totals: Totals = { passed: 0, failed: 0, skipped: 0 };
  for (const stage of stages) {
    say(`${stage.name}: ${stage.title}\n`);
    const start = performance.now();
    const result = await runStage(stage);
    if (result.failed > 0) say(`${result.output.trimEnd()}\n`);
    for (const notice of result.notices ?? []) say(`  notice: ${notice}\n`);
    for (const line of skipLines(result)) say(`  skipped: ${line}\n`);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    say(`  ${summaryLine({ ...result, skipped: result.skips.length })} (${seconds} s)\n`);
    totals = {
      passed: totals.passed + result.passed,
      failed: totals.failed + result.failed,
      skipped: totals.skipped + result.skips.length,
    };
  }
  return totals;
}

async function runStage(stage: Stage): Promise<StageResult> {
  try {
    return await stage.run();
  } catch (error) {
    const output = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { passed: 0, failed: 1, skips: [], output };
  }
}

function skipLines({ skips }: StageResult): string[] {
  return skips.map(({ test, reason }) => (test === reason ? reason : `${test}: ${reason}`));
}

export function summaryLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}
