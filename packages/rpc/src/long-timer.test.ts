import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { afterLong } from './long-timer.ts';

const DAY_MS = 86_400_000;

describe('afterLong', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it.each([0, 1, 24 * DAY_MS, 60 * DAY_MS])('waits for %i ms and not less', (ms) => {
    const then = vi.fn<() => void>();
    afterLong(ms, then);

    vi.advanceTimersByTime(Math.max(0, ms - 1));
    expect(then).toHaveBeenCalledTimes(ms === 0 ? 1 : 0);
    vi.advanceTimersByTime(1);
    expect(then).toHaveBeenCalledTimes(1);
  });

  it('is taken back at any time', () => {
    const then = vi.fn<() => void>();
    const cancel = afterLong(60 * DAY_MS, then);

    vi.advanceTimersByTime(30 * DAY_MS);
    cancel();
    vi.advanceTimersByTime(60 * DAY_MS);
    expect(then).not.toHaveBeenCalled();
  });
});
