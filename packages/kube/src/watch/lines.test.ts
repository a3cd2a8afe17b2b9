import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lines } from './lines.ts';

describe('lines', () => {
  it('are the same however their bytes were cut', async () => {
    const text = fc.array(
      fc
        .string({ unit: 'grapheme', maxLength: 12 })
        .filter((line) => line.trim() === line && line !== '' && !line.includes('\n')),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(), { maxLength: 8 }), async (whole, cuts) => {
        const bytes = Buffer.from(whole.map((line) => `${line}\n`).join(''));

        expect(await all(pieces(bytes, cuts))).toEqual(whole);
      }),
    );
  });

  it('leave out what was cut off at the end', async () => {
    expect(await all([Buffer.from('{"a":1}\n{"b"')])).toEqual(['{"a":1}']);
  });

  it('have a bound', async () => {
    await expect(all([Buffer.alloc(10, 97), Buffer.alloc(10, 97)], 15)).rejects.toMatchObject({ code: 'TOO_LARGE' });
    expect(await all([Buffer.from('0123456789\n'), Buffer.from('0123456789\n')], 15)).toHaveLength(2);
  });
});

function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

async function all(chunks: readonly Uint8Array[], maxBytes?: number): Promise<string[]> {
  async function* stream(): AsyncGenerator<Uint8Array> {
    yield* chunks;
  }
  const found: string[] = [];
  for await (const line of lines(stream(), maxBytes)) found.push(line);
  return found;
}
