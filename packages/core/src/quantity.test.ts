import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount } from './quantity.ts';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1418, '1.42 kB'],
    [999_999, '1.00 MB'],
    [41_900_000, '41.9 MB'],
  ])('say %d bytes as %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('count with the noun that fits', () => {
    expect([0, 1, 2].map((count) => formatCount(count, 'packet'))).toEqual(['0 packets', '1 packet', '2 packets']);
    expect(formatCount(2, 'repository', 'repositories')).toBe('2 repositories');
  });
});
