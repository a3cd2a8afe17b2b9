import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bool, int, many, message, one, string, stringMap, strings } from './wire.ts';

const Inner = message({ name: string(1), count: int(7) });
const Outer = message({
  id: string(1),
  inner: one(2, Inner),
  list: many(3, Inner),
  labels: stringMap(4),
  words: strings(5),
  flag: bool(300),
});

describe('message', () => {
  it('encodes as Protocol Buffers do', () => {
    // From the encoding's own documentation: field 1 as a string, field 7 as a varint.
    const bytes = Inner.encode({ name: 'testing', count: 150 });

    expect(Buffer.from(bytes).toString('hex')).toBe('0a0774657374696e67389601');
  });

  it('gives zero values to what is absent', () => {
    expect(Outer.decode(new Uint8Array())).toEqual({
      id: '',
      inner: { name: '', count: 0 },
      list: [],
      labels: new Map(),
      words: [],
      flag: false,
    });
  });

  it('skips fields it does not know', () => {
    const Known = message({ count: int(7) });

    expect(Known.decode(Outer.encode({ id: 'x', words: ['a'], flag: true }))).toEqual({ count: 0 });
  });

  it('reads back what it wrote', () => {
    const inner = fc.record({ name: fc.string({ unit: 'grapheme' }), count: fc.integer({ min: 0, max: 2 ** 31 - 1 }) });
    const outer = fc.record({
      id: fc.string(),
      inner,
      list: fc.array(inner),
      labels: fc.array(fc.tuple(fc.string(), fc.string())).map((entries) => new Map(entries)),
      words: fc.array(fc.string()),
      flag: fc.boolean(),
    });

    fc.assert(
      fc.property(outer, (value) => {
        expect(Outer.decode(Outer.encode(value))).toEqual(value);
      }),
    );
  });

  it('answers any bytes with a value or an error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        let outcome: unknown;
        try {
          outcome = Outer.decode(bytes);
        } catch (error) {
          outcome = error;
        }
        expect(outcome).toBeTypeOf('object');
      }),
    );
  });
});
