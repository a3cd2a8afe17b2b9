import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Bell } from './bell.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new AbortController().signal;

/** How long each of so many waits takes. */
async function waits(bell: Bell, count: number): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let wait = 0; wait < count; wait += 1) {
    const start = Date.now();
    const over = bell.wait(never);
    await vi.advanceTimersToNextTimerAsync();
    await over;
    taken.push(Date.now() - start);
  }
  return taken;
}

it('wakes now and then when nobody rings', async () => {
  expect(await waits(new Bell({ everyMs: 500, soonMs: 10, looks: 2 }), 2)).toEqual([500, 500]);
});

it('wakes at once when it is rung, a few times soon after, and then as before', async () => {
  const bell = new Bell({ everyMs: 500, soonMs: 10, looks: 2 });
  const waiting = bell.wait(never);

  bell.ring();
  await waiting;

  expect(await waits(bell, 3)).toEqual([10, 10, 500]);
});

it('does not forget that it was rung while nobody waited', async () => {
  const bell = new Bell({ everyMs: 500, soonMs: 10, looks: 0 });

  bell.ring();
  bell.ring();

  expect(await waits(bell, 2)).toEqual([0, 500]);
});

it('waits no longer than the signal', async () => {
  const over = new AbortController();
  const waiting = new Bell({ everyMs: 500, soonMs: 10, looks: 0 }).wait(over.signal);

  over.abort();

  await waiting;
  expect(vi.getTimerCount()).toBe(0);
});
