import { describe, expect, it } from 'vitest';
import { keepsBar, type Measure, median, renderMeasures } from './measure.ts';

const BASE: Measure = { name: 'speed', value: 0.5, unit: 'of plain', bar: 0.4, detail: { plain: 20_000 } };

describe('measures', () => {
  it('keeps a bar from above, or from below where less is better', () => {
    expect(keepsBar(BASE)).toBe(true);
    expect(keepsBar({ ...BASE, value: 0.39 })).toBe(false);
    expect(keepsBar({ ...BASE, atMost: true })).toBe(false);
    expect(keepsBar({ ...BASE, value: 0.4, atMost: true })).toBe(true);
  });

  it('takes the middle of an odd and the mean of the two middle ones of an even number of rounds', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it('says in words which bar was missed', () => {
    expect(renderMeasures([{ ...BASE, value: 0.2 }])).toMatch(/speed +0\.2 of plain +≥ 0\.4 +MISSED +plain 20,000/);
  });
});
