import { describe, expect, it } from 'vitest';
import { AlertFilter, passes } from './filter.ts';
import { MAX_TRIES, retryDelayMs } from './retry.ts';
import { ALERT, PLAIN } from './test-support/alerts.ts';

describe('a filter', () => {
  it('that says nothing lets every alert pass', () => {
    expect([ALERT, PLAIN].filter((alert) => passes(AlertFilter.parse({}), alert))).toEqual([ALERT, PLAIN]);
  });

  it.each([
    [{ minSeverity: 'high' }, [ALERT]],
    [{ minSeverity: 'critical' }, []],
    [{ kinds: ['events-lost', 'test'] }, [PLAIN]],
    [{ namespaces: ['shop'] }, [ALERT]],
    [{ namespaces: ['shop'], kinds: ['events-lost'] }, []],
    [{ rules: ['page-us'] }, [ALERT]],
  ])('%j lets pass what it says', (filter, expected) => {
    expect([ALERT, PLAIN].filter((alert) => passes(AlertFilter.parse(filter), alert))).toEqual(expected);
  });
});

describe('a retry', () => {
  it('waits longer each time, by half of it at random, and never for more than a quarter of an hour', () => {
    for (let failures = 1; failures < 100; failures += 1) {
      const [least, most] = [retryDelayMs(failures, () => 0), retryDelayMs(failures, () => 0.999_999)];
      expect(least * 2).toBeGreaterThanOrEqual(most);
      expect(most).toBeLessThanOrEqual(15 * 60_000);
      expect(retryDelayMs(failures + 1, () => 0)).toBeGreaterThanOrEqual(least);
    }
  });

  it('is made for more than an hour', () => {
    let waited = 0;
    for (let failures = 1; failures < MAX_TRIES; failures += 1) waited += retryDelayMs(failures, () => 0.5);
    expect(waited).toBeGreaterThan(45 * 60_000);
    expect(waited).toBeLessThan(2 * 60 * 60_000);
  });
});
