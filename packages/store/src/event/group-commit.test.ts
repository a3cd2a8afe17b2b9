import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GroupCommit, type GroupCommitOptions } from './group-commit.ts';

interface Item {
  readonly key: string;
  readonly weight: number;
  readonly number: number;
}

const item = (number: number, key = String(number), weight = 1): Item => ({ key, weight, number });

/** Commits that end when the test says so. */
class Commits {
  readonly begun: (readonly Item[])[] = [];
  readonly #ends: { resolve(results: readonly number[]): void; reject(error: unknown): void }[] = [];
  readonly groups: GroupCommit<Item, number>;

  constructor(over: Partial<GroupCommitOptions<Item, number>> = {}) {
    this.groups = new GroupCommit({
      commit: (items) => {
        const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>();
        this.begun.push(items);
        this.#ends.push({ resolve, reject });
        return promise;
      },
      keyOf: ({ key }) => key,
      weightOf: ({ weight }) => weight,
      maxWeight: 100,
      atOnce: 1,
      isOfOne: () => true,
      ...over,
    });
  }

  async end(at: number, error?: unknown): Promise<void> {
    await turn();
    if (error === undefined) this.#ends[at]?.resolve((this.begun[at] ?? []).map(({ number }) => number));
    else this.#ends[at]?.reject(error);
    await turn();
  }
}

describe('GroupCommit', () => {
  it('puts into the next commit what comes while one is in work, and tells each its own result', async () => {
    const commits = new Commits();
    const first = commits.groups.add(item(1));
    await turn();
    const others = [2, 3, 4].map((number) => commits.groups.add(item(number)));
    await commits.end(0);
    await commits.end(1);

    expect(await first).toBe(1);
    expect(await Promise.all(others)).toEqual([2, 3, 4]);
    expect(commits.begun.map((group) => group.length)).toEqual([1, 3]);
  });

  it('lets fail alone what makes a group fail', async () => {
    const commits = new Commits();
    const all = [1, 2, 3].map((number) => commits.groups.add(item(number)));
    const settled = Promise.allSettled(all);
    await commits.end(0, new Error('one of them'));
    await commits.end(1);
    await commits.end(2, new Error('this one'));
    await commits.end(3);

    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  it('fails as a whole where the reason concerns all', async () => {
    const commits = new Commits({ isOfOne: () => false });
    const settled = Promise.allSettled([1, 2].map((number) => commits.groups.add(item(number))));
    await commits.end(0, new Error('nobody answers'));

    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(commits.begun).toHaveLength(1);
  });

  it('goes on after a failure', async () => {
    const commits = new Commits();
    const failed = commits.groups.add(item(1)).catch((error: unknown) => error);
    await commits.end(0, new Error('no'));
    const next = commits.groups.add(item(1));
    await commits.end(1);

    expect(await failed).toBeInstanceOf(Error);
    expect(await next).toBe(1);
  });

  it('never has two of a key in work, keeps their order, and makes no group heavier than allowed', async () => {
    const items = fc.array(
      fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), weight: fc.integer({ min: 1, max: 7 }) }),
      {
        maxLength: 60,
      },
    );
    await fc.assert(
      fc.asyncProperty(items, fc.integer({ min: 1, max: 3 }), fc.scheduler(), async (given, atOnce, scheduler) => {
        const inWork = new Set<string>();
        const done: Item[] = [];
        const groups = new GroupCommit<Item, number>({
          commit: async (group) => {
            for (const { key } of group) {
              expect(inWork.has(key)).toBe(false);
              inWork.add(key);
            }
            expect(group.length === 1 || group.reduce((sum, { weight }) => sum + weight, 0) <= 10).toBe(true);
            await scheduler.schedule(Promise.resolve());
            for (const { key } of group) inWork.delete(key);
            done.push(...group);
            return group.map(({ number }) => number);
          },
          keyOf: ({ key }) => key,
          weightOf: ({ weight }) => weight,
          maxWeight: 10,
          atOnce,
          isOfOne: () => true,
        });
        const all = given.map(({ key, weight }, number) => groups.add({ key, weight, number }));
        const results = Promise.all(all);
        while (done.length < given.length) {
          await turn();
          if (scheduler.count() > 0) await scheduler.waitOne();
        }

        expect(await results).toEqual(given.map((_, number) => number));
        for (const own of Map.groupBy(done, ({ key }) => key).values()) {
          expect(own.map(({ number }) => number)).toEqual(own.map(({ number }) => number).toSorted((a, b) => a - b));
        }
      }),
      { numRuns: 60 },
    );
  });
});
