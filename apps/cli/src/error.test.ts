import { describe, expect, it } from 'vitest';
import { CliError, explain, unreadableFile } from './error.ts';

describe('explain', () => {
  it('says what, why and what to do about an error of ours', () => {
    const error = new CliError('USAGE', { what: '"-" is given more than once', fix: 'read standard input once' });

    expect(explain(error, 'cannot inspect "x"')).toEqual({
      code: 'USAGE',
      message: '"-" is given more than once; read standard input once',
    });
  });

  it('adds to an error of the inspector what it was about, and what to do where that is open', () => {
    const bare = Object.assign(new Error('it is empty'), { code: 'NOT_A_CAPTURE' });
    const whole = Object.assign(new Error('it is cut; copy it again'), { code: 'NOT_A_CAPTURE' });

    expect(explain(bare, 'cannot inspect "x"').message).toMatch(/^cannot inspect "x": it is empty; name a capture/);
    expect(explain(whole, 'cannot inspect "x"').message).toBe('cannot inspect "x": it is cut; copy it again');
  });

  it.each([[undefined], ['text'], [{ code: 1 }], [new Error('')]])('makes a message even of %j', (thrown) => {
    expect(explain(thrown)).toMatchObject({ code: 'INTERNAL', message: expect.stringMatching(/./) });
  });
});

describe('unreadableFile', () => {
  it.each([
    [{ code: 'ENOENT' }, 'there is no such file'],
    [{ code: 'EISDIR' }, 'it is a folder'],
    [{ code: 'EIO', message: 'i/o error' }, 'i/o error'],
  ])('puts %j into words', (cause, why) => {
    expect(unreadableFile('a b', cause)).toMatchObject({ code: 'UNREADABLE_FILE', what: 'cannot read "a b"', why });
  });
});
