import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, rangeOf, readPrefix } from './address.ts';

function prefix(text: string) {
  const read = readPrefix(text);
  if (read === undefined) throw new Error(`not read: ${text}`);
  return read;
}

describe('readPrefix', () => {
  it.each([
    ['10.0.0.1', 4, 0x0a000001n, 32],
    ['10.0.0.0/8', 4, 0x0a000000n, 8],
    ['0.0.0.0/0', 4, 0n, 0],
    ['::', 6, 0n, 128],
    ['fd66::2/64', 6, (0xfd66n << 112n) | 2n, 64],
    ['::ffff:10.0.0.1', 6, (0xffffn << 32n) | 0x0a000001n, 128],
    ['1:2:3:4:5:6:7:8', 6, 0x00010002000300040005000600070008n, 128],
  ])('reads %s', (text, family, value, bits) => {
    expect(readPrefix(text)).toEqual({ family, value, bits });
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.01',
    '10.0.0.1/33',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    'fe80::1%eth0',
    '::1.2.3',
    '12345::',
    'web',
  ])('refuses %j', (text) => {
    expect(readPrefix(text)).toBeUndefined();
  });

  it('never throws', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./]{0,60}$/));
    fc.assert(
      fc.property(text, (some) => {
        const { family, bits } = readPrefix(some) ?? { family: 4, bits: 0 };
        expect(bits).toBeLessThanOrEqual(family === 4 ? 32 : 128);
      }),
    );
  });
});

describe('contains', () => {
  it('is within the range of the outer prefix, for every prefix', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (network, bits, address) => {
        const outer = prefix(`${network}/${bits}`);
        const { first, last } = rangeOf(outer);
        const { value } = prefix(address);
        expect(contains(outer, prefix(address))).toBe(first <= value && value <= last);
      }),
    );
  });

  it('tells families apart and a wider prefix from a narrower one', () => {
    expect(contains(prefix('::/0'), prefix('10.0.0.1'))).toBe(false);
    expect(contains(prefix('10.0.0.0/16'), prefix('10.0.0.0/8'))).toBe(false);
    expect(contains(prefix('10.0.0.0/8'), prefix('10.9.0.0/16'))).toBe(true);
  });
});
