import { writeFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** What the runner learns from one run of vitest. */
export interface VitestCounts {
  readonly files: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly { readonly test: string; readonly reason: string | undefined }[];
}

/** Names the file that the reporter writes its counts to. */
export const COUNTS_FILE_VARIABLE = 'VITEST_COUNTS_FILE';

/** Counts what a run did. A file that could not be loaded, or an error outside any test, is a failure of its own. */
export class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const broken = modules.filter((module) => module.state() === 'failed' && !hasFailedTest(module));
    const counts: VitestCounts = {
      files: modules.length,
      passed: cases.filter((test) => test.result().state === 'passed').length,
      failed: cases.filter((test) => test.result().state === 'failed').length + broken.length + unhandledErrors.length,
      skipped: cases.filter((test) => isLeftOut(test)).map((test) => ({ test: test.fullName, reason: noteOf(test) })),
    };
    const file = process.env[COUNTS_FILE_VARIABLE];
    if (file !== undefined) writeFileSync(file, JSON.stringify(counts));
  }
}

function hasFailedTest(module: TestModule): boolean {
  return [...module.children.allTests()].some((test) => test.result().state === 'failed');
}

function isLeftOut(test: TestCase): boolean {
  return ['skipped', 'pending'].includes(test.result().state);
}

function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}

// Vitest loads a reporter by the default export of its file.
// oxlint-disable-next-line import/no-default-export -- see above
export default CountingReporter;
