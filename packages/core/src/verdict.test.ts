import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CONFIDENCES, compareConfidences, compareVerdicts, strictestVerdict, VERDICTS } from './verdict.ts';

const verdict = fc.constantFrom(...VERDICTS);

describe('verdicts', () => {
  it('go from allow over alert and mask to block', () => {
    expect(['block', 'alert', 'mask', 'allow'].toSorted((a, b) => compareVerdicts(a as 'allow', b as 'allow'))).toEqual(
      ['allow', 'alert', 'mask', 'block'],
    );
  });

  it('give allow when nobody asked for more', () => {
    expect(strictestVerdict([])).toBe('allow');
  });

  it('give a strictest verdict that is among them and that none exceeds', () => {
    fc.assert(
      fc.property(fc.array(verdict, { minLength: 1 }), (verdicts) => {
        const strictest = strictestVerdict(verdicts);
        expect(verdicts).toContain(strictest);
        for (const other of verdicts) expect(compareVerdicts(other, strictest)).toBeLessThanOrEqual(0);
      }),
    );
  });
});

describe('confidences', () => {
  it('are ordered by sureness', () => {
    expect(CONFIDENCES.toSorted(compareConfidences)).toEqual(['low', 'medium', 'high']);
  });
});
