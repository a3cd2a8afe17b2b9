import { describe, expect, it } from 'vitest';

import { toResult } from './vitest.ts';

const COUNTS = { files: 2, passed: 5, failed: 0, skipped: [] };

describe('toResult', () => {
  it('passes counts on', () => {
    expect(toResult(COUNTS, 0, '', 2)).toEqual({ passed: 5, failed: 0, skips: [], output: '' });
  });

  it('fails when test files were not run', () => {
    expect(toResult(COUNTS, 0, '', 3)).toMatchObject({ failed: 1, output: '\nonly 2 of 3 test files were run\n' });
  });

  it('fails when the run failed and no test did', () => {
    expect(toResult(COUNTS, 1, '', 2)).toMatchObject({ failed: 1 });
  });

  it('fails when there are no counts at all', () => {
    expect(toResult(undefined, 1, '', 0)).toMatchObject({ passed: 0, failed: 1 });
  });

  it('gives each skip the reason its test gave, or the one printed', () => {
    const skipped = [
      { test: 'a', reason: 'not root' },
      { test: 'b', reason: undefined },
    ];
    expect(toResult({ ...COUNTS, skipped }, 0, 'skipped: CRI: no containerd\n', 2).skips).toEqual([
      { test: 'a', reason: 'not root' },
      { test: 'b', reason: 'no containerd' },
    ]);
  });
});
