import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Paced } from './paced.ts';

describe('what is paced', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is done at once the first time, then about all that was asked within the interval', () => {
    const done: string[][] = [];
    const paced = new Paced<string>(250, (items) => void done.push([...items]));
    paced.ask(['a']);
    expect(done).toEqual([['a']]);
    paced.ask(['b']);
    paced.ask(['c', 'b']);
    expect(done).toHaveLength(1);
    vi.advanceTimersByTime(250);
    expect(done).toEqual([['a'], ['b', 'c']]);
    vi.advanceTimersByTime(250);
    paced.ask(['d']);
    expect(done.at(-1)).toEqual(['d']);
  });

  it('does what it is asked for within an interval, and never twice within one', () => {
    const asking = fc.array(fc.record({ after: fc.nat(400), item: fc.nat(5) }), { maxLength: 40 });
    fc.assert(
      fc.property(asking, (all) => {
        const done: { at: number; items: ReadonlySet<number> }[] = [];
        const asked: { at: number; item: number }[] = [];
        const paced = new Paced<number>(250, (items) => void done.push({ at: Date.now(), items }));
        for (const { after, item } of all) {
          vi.advanceTimersByTime(after);
          asked.push({ at: Date.now(), item });
          paced.ask([item]);
        }
        vi.advanceTimersByTime(500);
        const late = asked.filter(
          ({ at, item }) => !done.some((time) => time.items.has(item) && time.at >= at && time.at <= at + 250),
        );
        const gaps = done.slice(1).map(({ at }, before) => at - (done[before]?.at ?? 0));
        expect([late, gaps.filter((gap) => gap < 250)]).toEqual([[], []]);
      }),
    );
  });

  it('is not asked about what nobody asked for', () => {
    const act = vi.fn<(items: ReadonlySet<string>) => void>();
    new Paced<string>(250, act).ask([]);
    vi.advanceTimersByTime(1_000);
    expect(act).not.toHaveBeenCalled();
  });
});
