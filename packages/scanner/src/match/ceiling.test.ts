import { parseVersion } from '@bulkhead/versions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AffectedPackage, RangeEvent } from '../advisory/advisory.ts';
import { isBeyond } from './ceiling.ts';
import { evaluateAffected } from './range.ts';

describe('isBeyond', () => {
  const version = fc.nat({ max: 6 }).map((major) => `${major}.0.0`);
  const event = fc.oneof(
    version.map((introduced): RangeEvent => ({ introduced })),
    version.map((fixed): RangeEvent => ({ fixed })),
    version.map((last): RangeEvent => ({ last_affected: last })),
    version.map((limit): RangeEvent => ({ limit })),
  );
  const entry = fc
    .record({ events: fc.array(event, { minLength: 1, maxLength: 4 }), listed: fc.option(version, { freq: 6 }) })
    .map(
      ({ events, listed }): AffectedPackage => ({
        advisory: 'A',
        ecosystem: 'npm',
        name: 'a',
        ranges: [{ type: 'SEMVER', events }],
        versions: listed === null ? [] : [listed],
      }),
    );

  it('is never true where an entry holds the version to be affected', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 4 }), version, (entries, text) => {
        const installed = parseVersion('semver', text);
        const beyond = installed.ok && isBeyond(entries, 'semver', installed.version, 'with');
        const outcomes = entries.map((one) => evaluateAffected(one, 'semver', text, installed).outcome);

        expect(beyond && outcomes.includes('affected')).toBe(false);
      }),
      { numRuns: 5000 },
    );
  });

  it.each`
    version    | events                                               | beyond
    ${'2.0.0'} | ${[{ introduced: '0' }, { fixed: '2.0.0' }]}         | ${true}
    ${'1.9.0'} | ${[{ introduced: '0' }, { fixed: '2.0.0' }]}         | ${false}
    ${'2.0.0'} | ${[{ introduced: '0' }, { last_affected: '2.0.0' }]} | ${false}
    ${'2.0.1'} | ${[{ introduced: '0' }, { last_affected: '2.0.0' }]} | ${true}
    ${'9.0.0'} | ${[{ introduced: '0' }]}                             | ${false}
  `('$version beyond $events: $beyond', ({ version: text, events, beyond }) => {
    const entries = [
      { advisory: 'A', ecosystem: 'npm', name: 'a', ranges: [{ type: 'SEMVER' as const, events }], versions: [] },
    ];
    const installed = parseVersion('semver', text as string);

    expect(installed.ok && isBeyond(entries, 'semver', installed.version, 'with')).toBe(beyond);
  });
});
