import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, readPrefix } from './address.ts';
import { addressRanges } from './ranges.ts';

describe('addressRanges', () => {
  it('joins what overlaps or touches, and keeps families apart', () => {
    expect(addressRanges(['10.0.0.0/9', '10.128.0.0/9', '10.1.1.1', '192.168.0.1', 'fd00::/127', 'fd00::2'])).toEqual({
      ipv4: [
        ['10.0.0.0', '10.255.255.255'],
        ['192.168.0.1', '192.168.0.1'],
      ],
      ipv6: [['fd00:0:0:0:0:0:0:0', 'fd00:0:0:0:0:0:0:2']],
    });
    expect(addressRanges(['0.0.0.0/0', '::/0', 'web'])).toEqual({
      ipv4: [['0.0.0.0', '255.255.255.255']],
      ipv6: [['0:0:0:0:0:0:0:0', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff']],
    });
  });

  it('holds just the addresses that the prefixes hold', () => {
    const address = fc.tuple(fc.nat(3), fc.nat(3)).map(([a, b]) => `10.0.${a}.${b * 64}`);
    const prefix = fc.tuple(address, fc.integer({ min: 22, max: 32 })).map(([one, bits]) => `${one}/${bits}`);
    fc.assert(
      fc.property(fc.array(prefix, { maxLength: 6 }), address, (prefixes, one) => {
        const inner = readPrefix(one);
        const isHeld = prefixes.some((text) => {
          const outer = readPrefix(text);
          return outer !== undefined && inner !== undefined && contains(outer, inner);
        });
        const value = (text: string): bigint => readPrefix(text)?.value ?? -1n;
        const { ipv4 } = addressRanges(prefixes);
        expect(ipv4.some(([first, last]) => value(first) <= value(one) && value(one) <= value(last))).toBe(isHeld);
        const gaps = ipv4.slice(1).map(([first], index) => value(first) - value(ipv4[index]?.[1] ?? ''));
        expect(gaps.every((gap) => gap > 1n)).toBe(true);
      }),
    );
  });
});
