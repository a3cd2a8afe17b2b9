import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chainOf } from './chain.ts';
import { MAX_LAYERS } from './known-image.ts';

describe('chainOf', () => {
  it('has as many equal entries as two images have lowest layers in common', () => {
    const layers = fc.array(fc.constantFrom('a', 'b', 'a b', ''), { maxLength: 6 });
    fc.assert(
      fc.property(layers, layers, (one, other) => {
        const common = one.findIndex((layer, index) => layer !== other[index]);
        const shared = common === -1 ? one.length : common;
        const [chain, otherChain] = [chainOf(one), chainOf(other)];

        expect(chain).toHaveLength(one.length);
        expect(chain.filter((entry) => otherChain.includes(entry))).toEqual(chain.slice(0, shared));
      }),
    );
  });

  it('says nothing of an image with more layers than runtimes take', () => {
    expect(chainOf(Array.from({ length: MAX_LAYERS + 1 }, String))).toEqual([]);
  });
});
