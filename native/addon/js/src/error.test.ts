import { describe, expect, it } from 'vitest';
import { AddonError, typedBy } from './error.ts';

class TestError extends AddonError<'FULL'> {
  override readonly name = 'TestError';
}
const typed = typedBy(TestError);

function coded(code: unknown): Error {
  return Object.assign(new Error('no room: remove something'), { code });
}

describe('what an addon throws', () => {
  it('has the type of its package', async () => {
    const expected = expect.objectContaining({ name: 'TestError', code: 'FULL', message: 'no room: remove something' });
    expect(() =>
      typed(() => {
        throw coded('FULL');
      }),
    ).toThrow(expected);
    await expect(typed(() => Promise.reject(coded('FULL')))).rejects.toEqual(expected);
  });

  it('passes as it is where it has no code of ours', async () => {
    for (const bug of [
      new TypeError('undefined'),
      coded('ERR_INVALID_ARG_TYPE'),
      coded(7),
      new TestError('FULL', 'x'),
    ]) {
      await expect(typed(() => Promise.reject(bug))).rejects.toBe(bug);
    }
  });

  it('says nothing about what went well', async () => {
    expect(typed(() => 1)).toBe(1);
    expect(await typed(() => Promise.resolve(2))).toBe(2);
  });
});
