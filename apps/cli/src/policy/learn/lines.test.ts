import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linesOf, MAX_LINE } from './lines.ts';

async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let from = 0;
  for (const cut of cuts.map((one) => one % (bytes.length + 1)).toSorted((a, b) => a - b)) {
    yield bytes.subarray(from, cut);
    from = cut;
  }
  yield bytes.subarray(from);
}

async function linesIn(text: string, cuts: readonly number[] = []): Promise<readonly (string | undefined)[]> {
  const lines: (string | undefined)[] = [];
  for await (const line of linesOf(inPieces(new TextEncoder().encode(text), cuts))) lines.push(line);
  return lines;
}

describe('linesOf', () => {
  it('gives the lines of a text however it was cut, characters in halves included', async () => {
    const text = fc.array(fc.constantFrom('a', '\u{1f9f1}', '\n', 'é'), { maxLength: 30 }).map((all) => all.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 8 }), async (whole, cuts) => {
        const lines = whole.split('\n');
        expect(await linesIn(whole, cuts)).toEqual(lines.at(-1) === '' ? lines.slice(0, -1) : lines);
      }),
    );
  });

  it('gives nothing of a line that is too long, and the next', async () => {
    const long = 'x'.repeat(MAX_LINE);
    expect(await linesIn(`${long}\n${long}y\nnext`, [5, MAX_LINE + 9])).toEqual([long, undefined, 'next']);
    expect(await linesIn(`first\n${long}y`, [9])).toEqual(['first', undefined]);
  });
});
