import { describe, expect, it } from 'vitest';
import { compactHeap } from './compact-heap.ts';

const ENTRIES = 400_000;

describe('compactHeap', () => {
  it('gives back the pages of what nobody holds any more', () => {
    let held = Array.from({ length: ENTRIES }, (_, index) => ({ name: `entry-${index}` }));
    compactHeap();
    const full = process.memoryUsage().heapTotal;
    // One in a hundred stays, in nearly every page.
    held = held.filter((_, index) => index % 100 === 0);
    compactHeap();
    const left = process.memoryUsage().heapTotal;

    expect(held).toHaveLength(ENTRIES / 100);
    expect(full - left).toBeGreaterThan(16 * 1024 * 1024);
  });
});
