import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FileHead } from './file-head.ts';

const LIMIT = 100;

describe('FileHead', () => {
  it('keeps the beginning of its own stream, whatever other heads do with memory that was given back', () => {
    const step = fc.record({
      head: fc.nat(2),
      action: fc.constantFrom('append' as const, 'append' as const, 'append' as const, 'release' as const),
      bytes: fc.uint8Array({ maxLength: 60 }),
      expected: fc.nat(200),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const heads = [0, 1, 2].map(() => ({ head: new FileHead(0, LIMIT), seen: [] as number[] }));
        const differing = steps.filter(({ head: index, action, bytes, expected }) => {
          const { head, seen } = heads[index] ?? { head: new FileHead(0, LIMIT), seen: [] };
          let isWhole = true;
          if (action === 'release') {
            head.release();
            heads[index] = { head: new FileHead(expected, LIMIT), seen: [] };
          } else {
            isWhole = head.append(Buffer.from(bytes)) || seen.length + bytes.length > LIMIT;
            seen.push(...bytes);
          }
          return !isWhole || heads.some((one) => !one.head.bytes.equals(Buffer.from(one.seen.slice(0, LIMIT))));
        });

        expect(differing).toEqual([]);
      }),
    );
  });
});
