import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateScore, scoreVector } from './score.ts';

describe('scoreVector', () => {
  it.each`
    vector                                                                        | score
    ${'AV:N/AC:L/Au:N/C:N/I:N/A:C'}                                               | ${7.8}
    ${'AV:N/AC:L/Au:N/C:C/I:C/A:C'}                                               | ${10}
    ${'AV:L/AC:H/Au:N/C:C/I:C/A:C'}                                               | ${6.2}
    ${'AV:N/AC:L/Au:N/C:N/I:N/A:N'}                                               | ${0}
    ${'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}                             | ${9.8}
    ${'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H'}                             | ${10}
    ${'CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N'}                             | ${6.1}
    ${'CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N'}                             | ${3.1}
    ${'CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H'}                             | ${7.8}
    ${'CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L/E:F/RL:X'}                    | ${4.2}
    ${'CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N'}                             | ${6.4}
    ${'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N'}                             | ${0}
    ${'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'}          | ${9.3}
    ${'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H'}          | ${10}
    ${'CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'}          | ${7.3}
    ${'CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N'}          | ${7.7}
    ${'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N'}          | ${8.7}
    ${'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:P/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N'}          | ${0}
    ${'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:L/SA:N'}          | ${5.1}
    ${'CVSS:4.0/AV:A/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/MSI:S'}    | ${9.8}
    ${'CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/AU:N'} | ${8.1}
  `('scores $vector with $score', ({ vector, score }) => {
    expect(scoreVector(vector)).toBe(score);
  });

  it.each([
    [''],
    ['CVSS:5.0/AV:N'],
    ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H'],
    ['CVSS:3.1/AV:N/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'],
    ['CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:S/SA:H'],
    ['__proto__:N/AC:L'],
    ['7.5'],
  ])('gives %j no score', (vector) => {
    expect(scoreVector(vector)).toBeUndefined();
  });

  it('stays between 0 and 10 and never rises when a metric of version 4 gets milder', () => {
    const value = (levels: string): fc.Arbitrary<string> => fc.constantFrom(...levels.split(''));
    const vectors = fc.record({
      AV: value('NALP'),
      AC: value('LH'),
      AT: value('NP'),
      PR: value('NLH'),
      UI: value('NPA'),
      VC: value('HLN'),
      VI: value('HLN'),
      VA: value('HLN'),
      SC: value('HLN'),
      SI: value('HLN'),
      SA: value('HLN'),
      E: value('APU'),
    });
    const vectorOf = (metrics: object): string =>
      `CVSS:4.0/${Object.entries(metrics)
        .map((entry) => entry.join(':'))
        .join('/')}`;
    fc.assert(
      fc.property(vectors, (metrics) => {
        const score = scoreVector(vectorOf(metrics)) ?? Number.NaN;
        const milder = scoreVector(vectorOf({ ...metrics, VC: 'N', VI: 'N', VA: 'N' })) ?? Number.NaN;

        expect(score).toBeGreaterThanOrEqual(milder);
        expect(score).toBeLessThanOrEqual(10);
        expect(milder).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('answers any text without throwing', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(typeof scoreVector(text)).toMatch(/^(?:undefined|number)$/);
      }),
    );
  });
});

describe('rateScore', () => {
  it.each([
    [0, 'negligible'],
    [0.1, 'low'],
    [3.9, 'low'],
    [4, 'medium'],
    [7, 'high'],
    [8.9, 'high'],
    [9, 'critical'],
  ])('rates %d as %s', (score, severity) => {
    expect(rateScore(score)).toBe(severity);
  });
});
