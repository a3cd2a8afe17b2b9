import { describe, expect, it } from 'vitest';
import { follow } from './follow.ts';

/** Follows what `reads` gives in turn, then stops; what was told of it. */
async function told(first: string, reads: readonly (string | Error)[]): Promise<readonly string[]> {
  const over = new AbortController();
  const said: string[] = [];
  let index = 0;
  await follow(first, {
    everyMs: 1,
    signal: over.signal,
    read() {
      const next = reads[index] ?? first;
      index += 1;
      if (index === reads.length) over.abort();
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    contentOf: (text) => text,
    onChange(text) {
      if (text.startsWith('bad')) throw new Error(`${text} cannot be used`);
      said.push(text);
    },
    onProblem: (error) => said.push((error as Error).message),
  });
  return said;
}

describe('following', () => {
  it('takes what differs, and nothing twice', async () => {
    expect(await told('a', ['a', 'a', 'b', 'b', 'a'])).toEqual(['b', 'a']);
  });

  it('tells once what cannot be read or used, until something else comes', async () => {
    const away = new Error('away');
    expect(await told('a', ['bad', 'bad', 'a', away, away, 'a', 'bad 2'])).toEqual([
      'bad cannot be used',
      'a',
      'away',
      'a',
      'bad 2 cannot be used',
    ]);
  });
});
