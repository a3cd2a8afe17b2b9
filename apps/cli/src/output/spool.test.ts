import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Spool } from './spool.ts';

interface Item {
  readonly packet: number;
  readonly text: string;
}

const byPacket = (a: Item, b: Item): number => a.packet - b.packet;
const anyItem = fc.record({ packet: fc.nat(), text: fc.string({ unit: 'grapheme' }) });

describe('Spool', () => {
  it('gives back every record, in memory or not', () => {
    fc.assert(
      fc.property(fc.array(anyItem), fc.integer({ min: 0, max: 2000 }), (items, limit) => {
        const sorted = items.toSorted(byPacket);
        const spool = filled(sorted, limit);

        expect(spool.length).toBe(items.length);
        expect(spool.lines().map(parse).toArray()).toEqual(sorted);
        spool.close();
      }),
    );
  });

  it('sorts what memory holds at once', () => {
    const spool = filled(
      [
        { packet: 2, text: '' },
        { packet: 1, text: '' },
      ],
      1_000_000,
    );

    expect(
      spool
        .lines()
        .map((line) => parse(line).packet)
        .toArray(),
    ).toEqual([1, 2]);
  });

  it('leaves no file behind, even while it uses one', () => {
    const before = ours();
    const spool = filled(
      Array.from({ length: 100 }, (_, packet) => ({ packet, text: 'x'.repeat(100) })),
      1000,
    );

    expect(spool.spilled).toBe(true);
    expect(ours()).toEqual(before);
    expect(spool.first(3).map(({ packet }) => packet)).toEqual([0, 1, 2]);
    spool.close();
  });
});

function filled(items: readonly Item[], limit: number): Spool<Item> {
  const spool = new Spool<Item>(byPacket, limit);
  for (const item of items) spool.add(item);
  return spool;
}

function parse(line: string): Item {
  return JSON.parse(line) as Item;
}

function ours(): string[] {
  return readdirSync(tmpdir()).filter((name) => /^bulkhead-.{6}$/.test(name));
}
