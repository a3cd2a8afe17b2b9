import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { StreamWindow } from './window.ts';

describe('StreamWindow', () => {
  it('keeps what was appended and not dropped, and knows where it stands in the stream', () => {
    const steps = fc.array(fc.record({ append: fc.uint8Array({ maxLength: 50 }), drop: fc.nat(70) }));
    fc.assert(
      fc.property(steps, (all) => {
        const window = new StreamWindow();
        let expected: number[] = [];
        let offset = 0;
        for (const { append, drop } of all) {
          window.append(Buffer.from(append));
          expected.push(...append);
          const dropped = Math.min(drop, expected.length);
          window.drop(drop);
          expected = expected.slice(dropped);
          offset += dropped;
          expect([...window.bytes]).toEqual(expected);
          expect(window.offset).toBe(offset);
        }
      }),
    );
  });
});
