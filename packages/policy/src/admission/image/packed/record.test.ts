import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordReader } from './record-reader.ts';
import { RecordWriter } from './record-writer.ts';

/** Also what no file of ours would have: halves of characters, and numbers that are none. */
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.constantFrom('\ud800', 'a\udfff', '\0', 'ÿ', 'Ā'));
const part = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), value: fc.nat(255) }),
  fc.record({ kind: fc.constant('count' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('number' as const), value: fc.double() }),
  fc.record({ kind: fc.constant('number' as const), value: fc.nat(1_000_000).map((places) => places / 100_000) }),
  fc.record({ kind: fc.constant('text' as const), value: text }),
  fc.record({ kind: fc.constant('texts' as const), value: fc.array(text) }),
  fc.record({ kind: fc.constant('counts' as const), value: fc.array(fc.maxSafeNat()) }),
);
type Part = typeof part extends fc.Arbitrary<infer Value> ? Value : never;

describe('a record', () => {
  it('gives back what was written, of whatever kind, wherever it lies', () => {
    const writer = new RecordWriter();
    fc.assert(
      fc.property(fc.array(fc.array(part)), fc.nat(20), (records, before) => {
        for (const parts of records) {
          for (const one of parts) write(writer, one);
          const record = writer.take();
          const bytes = Buffer.concat([Buffer.alloc(before, 0xff), record, Buffer.alloc(3, 0xff)]);

          const reader = new RecordReader({ bytes, start: before, end: before + record.length });

          expect(parts.map(({ kind }) => reader[kind]())).toEqual(parts.map(({ value }) => value));
        }
      }),
    );
  });

  it('keeps scores and probabilities in few bytes', () => {
    const writer = new RecordWriter();
    const bytesOf = (value: number): number => {
      writer.number(value);
      return writer.take().length;
    };
    const nothing = writer.take().length;

    expect([0, 7.5, 10, 0.00042, 0.97].map((value) => bytesOf(value) - nothing)).toEqual([1, 3, 3, 1, 3]);
    expect(bytesOf(1 / 3) - nothing).toBe(9);
  });
});

function write(writer: RecordWriter, one: Part): void {
  switch (one.kind) {
    case 'byte':
      return writer.byte(one.value);
    case 'count':
      return writer.count(one.value);
    case 'number':
      return writer.number(one.value);
    case 'text':
      return writer.text(one.value);
    case 'texts':
      return writer.texts(one.value);
    default:
      return writer.counts(one.value);
  }
}
