import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs, rulesMetBy } from './match.ts';
import { type ResponseRule, responseRuleKind } from './schema.ts';

function rule(when: object): ResponseRule {
  const parsed = responseRuleKind.parse({
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'ResponseRule',
    metadata: { name: 'r' },
    spec: { groups: ['web', 'db'], when, actions: ['alert'] },
  });
  if (!parsed.ok) throw new Error(parsed.problems[0]?.message);
  return parsed.value;
}

const FINDING = { event: 'finding', groups: ['web'], sensor: 'cards', verdict: 'block' };

describe('rulesMetBy', () => {
  it.each([
    [{ events: ['finding'] }, FINDING, true],
    [{ events: ['exception'] }, FINDING, false],
    [{ events: ['finding'] }, { ...FINDING, groups: ['other'] }, false],
    [{ events: ['finding'], sensors: ['cards'] }, FINDING, true],
    [{ events: ['finding'], sensors: ['other'] }, FINDING, false],
    [{ events: ['finding'], verdicts: ['mask', 'block'] }, FINDING, true],
    [{ events: ['finding'], verdicts: ['mask'] }, FINDING, false],
    [
      { events: ['flow-denied'], ruleSets: ['a'] },
      { event: 'flow-denied', groups: ['db'], ruleSets: ['b', 'a'] },
      true,
    ],
    [{ events: ['flow-denied'], ruleSets: ['a'] }, { event: 'flow-denied', groups: ['db'] }, false],
    [
      { events: ['process-denied'], policies: ['no-ssh'] },
      { event: 'process-denied', groups: ['db'], policy: 'no-ssh' },
      true,
    ],
    [
      { events: ['file-alerted'], policies: ['no-ssh'] },
      { event: 'file-alerted', groups: ['db'], policy: 'secrets' },
      false,
    ],
  ])('holds %j to %j: %s', (when, event, met) => {
    expect(rulesMetBy([rule(when)], event)).toHaveLength(met ? 1 : 0);
  });

  it('takes anything for an event', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        for (const event of [value, { event: 'finding', groups: value, sensor: value }]) {
          expect(rulesMetBy([rule({ events: ['finding'], sensors: ['cards'] })], event)).toEqual([]);
        }
      }),
    );
  });
});

describe('durationMs', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['24h', 86_400_000],
  ])('reads %s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});
