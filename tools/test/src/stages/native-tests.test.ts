import { describe, expect, it } from 'vitest';

import { readDoctest } from './native-tests.ts';

function summary(passed: number, failed: number, skipped: number): string {
  const total = passed + failed;
  return `[doctest] test cases: ${total} | ${passed} passed | ${failed} failed | ${skipped} skipped\n[doctest] Status: …\n`;
}

describe('readDoctest', () => {
  it('reads the counts of a program that passed', () => {
    expect(readDoctest(0, summary(12, 0, 0))).toMatchObject({ passed: 12, failed: 0, skips: [] });
  });

  it('reads the summary as doctest aligns it', () => {
    const output =
      '[doctest] test cases:   3 |   3 passed | 0 failed | 0 skipped\n[doctest] assertions: 100 | 100 passed |\n';
    expect(readDoctest(0, output)).toMatchObject({ passed: 3, failed: 0 });
  });

  it('reads the counts of a program that failed', () => {
    expect(readDoctest(1, summary(3, 2, 0))).toMatchObject({ passed: 3, failed: 2 });
  });

  it('takes a program that ran nothing as failed', () => {
    expect(readDoctest(0, summary(0, 0, 0))).toMatchObject({ passed: 0, failed: 1 });
  });

  it('takes a program that crashed as failed, whatever its tests did', () => {
    expect(readDoctest(139, 'Segmentation fault')).toMatchObject({ passed: 0, failed: 1 });
    expect(readDoctest(1, `${summary(3, 0, 0)}==1==ERROR: LeakSanitizer`)).toMatchObject({ passed: 3, failed: 1 });
  });

  it('takes a test that says it skipped out of those that passed', () => {
    const output = `test/a.test.cpp:3: MESSAGE: skipped: the evader set: no shared captures\n${summary(5, 0, 0)}`;
    expect(readDoctest(0, output)).toMatchObject({
      passed: 4,
      failed: 0,
      skips: [{ test: 'the evader set', reason: 'no shared captures' }],
    });
  });
});
