import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlowSet } from './flow-sets.ts';
import { RECORD_BYTES, takeRecords } from './take-records.ts';

const SET: FlowSet = { table: 'flows', set: 'carried-ingress-4', kind: 'carried', side: 'ingress', family: 4 };

interface Element {
  readonly peer: number;
  readonly protocol: number;
  readonly port: number;
  readonly packets: number;
}

const element = fc.record<Element>({
  peer: fc.integer({ min: 1, max: 20 }),
  protocol: fc.constantFrom(1, 6, 17, 99),
  port: fc.constantFrom(80, 443),
  packets: fc.integer({ min: 0, max: 3 }),
});

describe('takeRecords', () => {
  it('says what each element counts, and nothing of one that is none of ours', () => {
    const elements = [
      { peer: 7, protocol: 6, port: 443, packets: 3 },
      { peer: 8, protocol: 1, port: 0, packets: 5 },
      { peer: 9, protocol: 99, port: 1, packets: 1 },
      { peer: 7, protocol: 6, port: 443, packets: 4 },
    ];

    expect(takeRecords(SET, recordsOf(elements)).counts).toEqual([
      expect.objectContaining({ peer: '10.0.0.7', protocol: 'tcp', port: 443, packets: 4, bytes: 400 }),
      expect.objectContaining({ peer: '10.0.0.8', protocol: 'icmp', packets: 5 }),
    ]);
  });

  it('says the same whatever was read before, with the same objects for what has counted nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.array(element, { maxLength: 40 }), { minLength: 1, maxLength: 4 }), (readings) => {
        let before: ReturnType<typeof takeRecords> | undefined;
        for (const elements of [...readings, ...readings.slice(-1)]) {
          const taken = takeRecords(SET, recordsOf(elements), before);
          expect(taken.counts).toEqual(takeRecords(SET, recordsOf(elements)).counts);
          before = taken;
        }
        const again = takeRecords(SET, recordsOf(readings.at(-1) ?? []), before);
        expect(again.counts.every((count, index) => count === before?.counts[index])).toBe(true);
      }),
    );
  });

  it('knows the others again where some have come and some have gone', () => {
    const elements = Array.from({ length: 100 }, (_, peer) => ({ peer, protocol: 6, port: 80, packets: 1 }));
    const before = takeRecords(SET, recordsOf(elements));
    const changed = [
      ...elements.filter(({ peer }) => peer % 10 !== 3),
      { peer: 200, protocol: 6, port: 80, packets: 1 },
    ];
    changed.splice(20, 0, { peer: 201, protocol: 6, port: 80, packets: 1 });
    const after = takeRecords(SET, recordsOf(changed), before);

    expect(after.counts).toHaveLength(92);
    expect(after.counts.filter((count) => before.counts.includes(count))).toHaveLength(90);
  });
});

/** As the native library gives them. */
function recordsOf(elements: readonly Element[]): Uint8Array {
  const bytes = Buffer.alloc(elements.length * RECORD_BYTES);
  for (const [index, { peer, protocol, port, packets }] of elements.entries()) {
    const record = bytes.subarray(index * RECORD_BYTES);
    record.writeBigUInt64LE(BigInt(packets), 0);
    record.writeBigUInt64LE(BigInt(packets * 100), 8);
    record.writeBigUInt64LE(12n, 16);
    record.set([10, 0, 0, peer, protocol, 0, 0, 0], 24);
    record.writeUInt16BE(port, 32);
  }
  return Uint8Array.from(bytes);
}
