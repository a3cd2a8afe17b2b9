import { describe, expect, it, vi } from 'vitest';
import { passOnScanWishes, type TakenWishes } from './scan-wishes.ts';

/** Wishes of a webhook with an api that takes some; `pass` waits until it has been asked so often. */
function stand(take: (references: readonly string[]) => TakenWishes | Error) {
  const over = new AbortController();
  const sent: (readonly string[])[] = [];
  const failures: unknown[] = [];
  let now = 0;
  const wishes = passOnScanWishes({
    send(references) {
      sent.push(references);
      const taken = take(references);
      return taken instanceof Error ? Promise.reject(taken) : Promise.resolve(taken);
    },
    clock: { now: () => now },
    signal: over.signal,
    onFailure: (error) => failures.push(error),
  });
  return {
    wish: wishes.wish,
    sent,
    failures,
    later: (ms: number): void => {
      now += ms;
    },
    asked: (times: number) => vi.waitFor(() => expect(sent).toHaveLength(times), { timeout: 20_000 }),
    end: async (): Promise<void> => {
      over.abort();
      await wishes.done;
    },
  };
}

describe('wishes for scans', () => {
  it('are taken at once and passed on together, each once, and not again for a while', {
    timeout: 30_000,
  }, async () => {
    const { wish, sent, asked, later, end } = stand((queued) => ({ queued, unwatched: [] }));

    expect(['a', 'b', 'a'].map(wish)).toEqual(['queued', 'queued', 'queued']);
    expect(sent).toEqual([]);
    await asked(1);
    expect(wish('a')).toBe('queued');
    wish('c');
    await asked(2);
    expect(sent).toEqual([['a', 'b'], ['c']]);

    later(61_000);
    // Forgotten at the end of a turn, and a turn comes each second.
    await vi.waitFor(
      () => {
        wish('a');
        expect(sent.at(-1)).toEqual(['a']);
      },
      { timeout: 10_000 },
    );
    await end();
  });

  it('are told of an image that no watched registry has', { timeout: 30_000 }, async () => {
    const { wish, asked, end } = stand((unwatched) => ({ queued: [], unwatched }));

    expect(wish('elsewhere/a')).toBe('queued');
    await asked(1);
    await vi.waitFor(() => expect(wish('elsewhere/a')).toBe('unwatched'));
    await end();
  });

  it('wait while the api is away, and are refused beyond their bound', { timeout: 30_000 }, async () => {
    let isAway = true;
    const { wish, sent, failures, asked, end } = stand((queued) =>
      isAway ? new Error('away') : { queued, unwatched: [] },
    );
    const taken = Array.from({ length: 1_001 }, (_, index) => wish(`image-${index}`));

    expect(taken.filter((one) => one === 'queued')).toHaveLength(1_000);
    expect(taken.at(-1)).toBe('refused');
    expect(wish('x'.repeat(1_001))).toBe('refused');
    await asked(1);
    await vi.waitFor(() => expect(failures).toHaveLength(1));
    isAway = false;
    await asked(11);
    expect(new Set(sent.flat()).size).toBe(1_000);
    expect(sent.every((references) => references.length <= 100)).toBe(true);
    await end();
  });
});
