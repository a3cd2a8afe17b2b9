import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, type Prefix, rangeOf, readPrefix } from '../network/address.ts';
import { prefixText } from '../network/address-text.ts';
import { joinAddresses } from './join-addresses.ts';

function read(text: string): Prefix {
  const prefix = readPrefix(text);
  if (prefix === undefined) throw new Error(`${text} is no prefix`);
  return prefix;
}

describe('joinAddresses', () => {
  it('writes single addresses and prefixes of both families as people do', () => {
    const texts = [
      '10.0.0.1',
      '10.0.0.0',
      '2001:DB8:0:0:1:0:0:1',
      '::',
      '::1',
      '1::',
      '1:2:3:4:5:6:0:8',
      '0.0.0.0/1',
      '128.0.0.0/1',
    ];
    expect(joinAddresses(texts)).toEqual(['0.0.0.0/0', '::/127', '1::', '1:2:3:4:5:6:0:8', '2001:db8::1:0:0:1']);
  });

  it('passes over what is no address', () => {
    expect(joinAddresses(['nowhere', '10.0.0.1'])).toEqual(['10.0.0.1']);
  });

  // Close together, so that they touch and overlap.
  const prefix = fc.record({
    base: fc.constantFrom('10.0.0.0', '2001:db8::', '255.255.255.0'),
    last: fc.nat(255),
    rest: fc.nat(4),
  });
  const prefixes = fc.array(
    prefix.map(({ base, last, rest }) => {
      const { family, value } = read(base);
      const all = { family, value: value + BigInt(last), bits: (family === 4 ? 32 : 128) - rest };
      return prefixText({ ...all, value: rangeOf(all).first });
    }),
    { maxLength: 40 },
  );

  it('holds every address that was given and no other, in prefixes of which none could be joined', () => {
    fc.assert(
      fc.property(
        prefixes,
        fc.nat(255),
        fc.constantFrom('10.0.0.0', '2001:db8::', '255.255.255.0'),
        (texts, last, base) => {
          const joined = joinAddresses(texts);
          const { family, value } = read(base);
          const one = { family, value: value + BigInt(last), bits: family === 4 ? 32 : 128 };
          const holds = (all: readonly string[]): boolean => all.some((text) => contains(read(text), one));
          expect(holds(joined)).toBe(holds(texts));
          for (const text of texts) expect(joined.some((outer) => contains(read(outer), read(text)))).toBe(true);
          expect(joinAddresses(joined)).toEqual(joined);
        },
      ),
    );
  });

  it('writes addresses so that they are read as the same', () => {
    const value = fc.oneof(
      fc.bigInt(0n, (1n << 128n) - 1n),
      fc.bigInt(0n, 255n).map((low) => low << 64n),
    );
    fc.assert(
      fc.property(value, (number) => {
        const one = { family: 6, value: number, bits: 128 } as const;
        expect(readPrefix(prefixText(one))).toEqual(one);
        expect(prefixText(one)).toBe(new URL(`http://[${prefixText(one)}]/`).hostname.slice(1, -1));
      }),
    );
  });
});
