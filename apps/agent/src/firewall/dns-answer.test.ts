import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDnsAnswer } from './dns-answer.ts';

const HEAD = [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 3, 0, 0, 0, 0];
const QUESTION = [3, ...text('WWW'), 4, ...text('shop'), 7, ...text('example'), 0, 0, 1, 0, 1];
const TARGET = [4, ...text('edge'), 0xc0, 21];
const ALIAS = [0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, TARGET.length, ...TARGET];
const A = [0xc0, 46, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7];
const AAAA = [0xc0, 46, 0, 28, 0, 1, 0, 0, 0, 60, 0, 16, 0x20, 1, 0xd, 0xb8, ...Array.from({ length: 11 }, () => 0), 1];
const ANSWER = Uint8Array.from([...HEAD, ...QUESTION, ...ALIAS, ...A, ...AAAA]);

function text(label: string): readonly number[] {
  return [...Buffer.from(label)];
}

describe('readDnsAnswer', () => {
  it('reads the addresses that a name leads to, by its aliases', () => {
    expect(readDnsAnswer(ANSWER)).toEqual({
      name: 'www.shop.example',
      addresses: ['192.0.2.7', '2001:db8:0:0:0:0:0:1'],
    });
  });

  it('takes no question, no failure, no second question and no other operation for an answer', () => {
    for (const [at, value] of [
      [2, 0x01],
      [3, 0x83],
      [5, 2],
      [2, 0x91],
    ] as const) {
      expect(readDnsAnswer(ANSWER.with(at, value))).toBeUndefined();
    }
  });

  it('keeps what came before the place where it is cut', () => {
    expect(readDnsAnswer(ANSWER.subarray(0, ANSWER.length - 1))?.addresses).toEqual(['192.0.2.7']);
    expect(readDnsAnswer(ANSWER.subarray(0, 20))).toBeUndefined();
  });

  it('follows no name in circles, and makes no other name of a dot in a label', () => {
    const circle = Uint8Array.from([...HEAD, 0xc0, 12, 0, 1, 0, 1]);
    expect(readDnsAnswer(circle)).toBeUndefined();
    const dotted = Uint8Array.from([...HEAD, 8, ...text('www.shop'), 7, ...text('example'), 0, 0, 1, 0, 1]);
    expect(readDnsAnswer(dotted)).toBeUndefined();
  });

  it('never throws, whatever is changed in an answer', () => {
    const change = fc.tuple(fc.nat(ANSWER.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 6 }), fc.nat(ANSWER.length), (changes, length) => {
        const message = ANSWER.slice(0, length);
        for (const [at, value] of changes) if (at < length) message[at] = value;
        expect(readDnsAnswer(message)?.addresses.length ?? 0).toBeLessThan(257);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(readDnsAnswer(bytes)?.addresses.length ?? 0).toBeLessThan(257);
      }),
    );
  });
});
