import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeAddress } from './address.ts';

describe('writeAddress', () => {
  it.each([
    [[10, 0, 0, 1], '10.0.0.1'],
    [[0xfd, 0, 2, 1, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], 'fd00:201:2::1'],
    [[0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1], '2001:db8:0:1::1'],
    [Array.from({ length: 16 }, () => 0), '::'],
    [[0, 1, 0, 2, 0, 3, 0, 0, 0, 5, 0, 6, 0, 7, 0, 8], '1:2:3:0:5:6:7:8'],
  ])('writes %j as %s', (bytes, text) => {
    expect(writeAddress(Uint8Array.from(bytes))).toBe(text);
  });

  it('writes addresses of IPv6 that read as the same again', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 1, 0xabcd), { minLength: 8, maxLength: 8 }), (groups) => {
        const bytes = Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 0xff]));
        const expanded = expand(writeAddress(bytes));
        expect(expanded).toEqual(groups);
      }),
    );
  });
});

function expand(text: string): readonly number[] {
  const [head = '', tail] = text.split('::');
  const read = (part: string): readonly number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [before, after] = [read(head), read(tail)];
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}
