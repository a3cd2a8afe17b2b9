import { compareVersions, parseVersion } from '@bulkhead/versions';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RangeEvent } from '../advisory/advisory.ts';
import { evaluateAffected, type RangeVerdict } from './range.ts';

describe('evaluateAffected', () => {
  it.each`
    version    | events                                                                                    | range
    ${'1.0.0'} | ${[{ introduced: '0' }]}                                                                  | ${'every version'}
    ${'1.0.0'} | ${[{ introduced: '0' }, { fixed: '1.0.1' }]}                                              | ${'< 1.0.1'}
    ${'1.0.1'} | ${[{ introduced: '0' }, { fixed: '1.0.1' }]}                                              | ${undefined}
    ${'1.0.1'} | ${[{ introduced: '0' }, { last_affected: '1.0.1' }]}                                      | ${'<= 1.0.1'}
    ${'1.0.2'} | ${[{ introduced: '0' }, { last_affected: '1.0.1' }]}                                      | ${undefined}
    ${'2.0.5'} | ${[{ fixed: '2.1.0' }, { introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.0.0' }]} | ${'>= 2.0.0, < 2.1.0'}
    ${'1.5.0'} | ${[{ fixed: '2.1.0' }, { introduced: '2.0.0' }, { introduced: '0' }, { fixed: '1.0.0' }]} | ${undefined}
    ${'1.0.0'} | ${[{ introduced: '1.0.0' }, { last_affected: '1.0.0' }]}                                  | ${'>= 1.0.0, <= 1.0.0'}
    ${'3.0.0'} | ${[{ introduced: '1.0.0' }, { limit: '2.0.0' }]}                                          | ${undefined}
    ${'1.2.0'} | ${[{ introduced: '1.0.0' }, { limit: '2.0.0' }]}                                          | ${'>= 1.0.0'}
    ${'3.0.0'} | ${[{ introduced: '1.0.0' }, { limit: '2.0.0' }, { limit: '*' }]}                          | ${'>= 1.0.0'}
    ${'3.0.0'} | ${[{ introduced: '0' }, { fixed: '0' }]}                                                  | ${undefined}
  `('$version in $events: $range', ({ version, events, range }) => {
    const verdict = evaluate(version, events);

    expect(verdict.outcome === 'affected' ? verdict.range : undefined).toBe(range);
  });

  it('counts a version that is listed, whatever the ranges say', () => {
    const verdict = evaluate('1.5.0', [{ introduced: '0' }, { fixed: '1.0.0' }], ['1.5.0']);

    expect(verdict).toEqual({ outcome: 'affected', range: 'listed: 1.5.0', fixedVersions: [] });
  });

  it('names the fixes above the installed version, nearest first', () => {
    const events = [{ introduced: '0' }, { fixed: '1.0.1' }, { introduced: '2.0.0' }, { fixed: '2.0.3' }];

    expect(evaluate('1.0.0', events)).toMatchObject({ fixedVersions: ['1.0.1', '2.0.3'] });
    expect(evaluate('2.0.0', events)).toMatchObject({ fixedVersions: ['2.0.3'] });
  });

  it('is unknown for a version without an order, on either side', () => {
    expect(evaluate('latest', [{ introduced: '0' }])).toMatchObject({ outcome: 'unknown', version: 'latest' });
    expect(evaluate('1.0.0', [{ introduced: '0' }, { fixed: 'main' }])).toMatchObject({
      outcome: 'unknown',
      version: 'main',
    });
  });

  it('agrees with the algorithm of the schema on any events', () => {
    const version = fc.nat({ max: 5 }).map((major) => `${major}.0.0`);
    const event = fc.oneof(
      version.map((introduced): RangeEvent => ({ introduced })),
      version.map((fixed): RangeEvent => ({ fixed })),
      version.map((last): RangeEvent => ({ last_affected: last })),
    );
    fc.assert(
      fc.property(version, fc.array(event, { maxLength: 5 }), (installed, events) => {
        expect(evaluate(installed, events).outcome).toBe(bySchema(installed, events) ? 'affected' : 'not-affected');
      }),
      { numRuns: 3000 },
    );
  });
});

function evaluate(version: string, events: readonly RangeEvent[], versions: readonly string[] = []): RangeVerdict {
  const affected = {
    advisory: 'A',
    ecosystem: 'npm',
    name: 'a',
    ranges: [{ type: 'SEMVER' as const, events }],
    versions,
  };
  return evaluateAffected(affected, 'semver', version, parseVersion('semver', version));
}

/** As ossf.github.io/osv-schema writes it down under "Evaluation". */
function bySchema(version: string, events: readonly RangeEvent[]): boolean {
  const at = (event: RangeEvent): string => Object.values(event)[0] ?? '';
  let vulnerable = false;
  for (const event of events.toSorted((a, b) => compare(at(a), at(b)))) {
    if ('introduced' in event && compare(version, event.introduced) >= 0) vulnerable = true;
    else if ('fixed' in event && compare(version, event.fixed) >= 0) vulnerable = false;
    else if ('last_affected' in event && compare(version, event.last_affected) > 0) vulnerable = false;
  }
  return vulnerable;
}

function compare(a: string, b: string): number {
  const comparison = compareVersions('semver', a, b);
  return comparison.ok ? comparison.order : Number.NaN;
}
