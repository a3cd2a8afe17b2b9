import { describe, expect, it } from 'vitest';
import { inTurns } from './in-turns.ts';

describe('work in turns', () => {
  function* steps(done: string[]): Generator<void, string> {
    for (const name of ['one', 'two', 'three']) {
      done.push(name);
      yield;
    }
    return 'result';
  }

  it('lets others do theirs between its steps, and gives its result', async () => {
    const done: string[] = [];
    const other = (): void => {
      done.push('other');
      if (done.length < 10) setImmediate(other);
    };
    setImmediate(other);
    const result = await inTurns(steps(done), 0);

    expect(result).toBe('result');
    const [one, two] = [done.indexOf('one'), done.indexOf('two')];
    expect(done.slice(one + 1, two)).toContain('other');
  });

  it('goes on without them until its turn is over', async () => {
    const done: string[] = [];
    setImmediate(() => done.push('other'));
    await inTurns(steps(done), Number.POSITIVE_INFINITY);
    expect(done).toEqual(['one', 'two', 'three']);
  });

  it('ends with the error of a step', async () => {
    const failing = function* (): Generator<void, never> {
      yield;
      throw new Error('no more');
    };
    await expect(inTurns(failing(), 0)).rejects.toThrow('no more');
  });
});
