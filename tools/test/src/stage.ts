export interface Skip {
  readonly test: string;
  readonly reason: string;
}

export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  readonly skips: readonly Skip[];
  /** What somebody should know though nothing failed. */
  readonly notices?: readonly string[];
  /** Everything a person needs when something failed; not shown otherwise. */
  readonly output: string;
}

export interface Stage {
  readonly name: string;
  /** What it does, as its header says. */
  readonly title: string;
  readonly run: () => Promise<StageResult>;
}

/** The result of a stage that is one check: it holds or it does not. */
export function oneCheck(holds: boolean, output: string): StageResult {
  return { passed: holds ? 1 : 0, failed: holds ? 0 : 1, skips: [], output };
}

export function joinResults(results: readonly StageResult[]): StageResult {
  return {
    passed: results.reduce((sum, result) => sum + result.passed, 0),
    failed: results.reduce((sum, result) => sum + result.failed, 0),
    skips: results.flatMap((result) => result.skips),
    output: results
      .filter((result) => result.failed > 0)
      .map((result) => result.output)
      .join('\n'),
  };
}
