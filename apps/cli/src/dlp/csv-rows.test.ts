import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvRows } from './csv-rows.ts';

describe('csvRows', () => {
  it.each`
    text                             | rows
    ${'a,b\n1,2\n'}                  | ${[['a', 'b'], ['1', '2']]}
    ${'a,b\r\n"x, y","q""q"\r\n'}    | ${[['a', 'b'], ['x, y', 'q"q']]}
    ${'\ufeffa\n\n\r\n"two\nlines"'} | ${[['a'], ['two\nlines']]}
    ${'a,,\n,'}                      | ${[['a', '', ''], ['', '']]}
    ${''}                            | ${[]}
  `('reads $text', async ({ text, rows }: { text: string; rows: string[][] }) => {
    expect(await read([text])).toEqual(rows);
  });

  it.each(['a,"b', 'x"y', '"a"b', `"${'x'.repeat(1024 * 1024)}`])('refuses what is no CSV (%#)', async (text) => {
    await expect(read([text])).rejects.toThrow(expect.objectContaining({ line: 1 }));
  });

  it('reads back what is written by the rules, however it comes in pieces', async () => {
    const table = fc.array(fc.array(fc.string(), { minLength: 2, maxLength: 4 }), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 7 }), async (rows, size) => {
        const text = rows
          .map((row) => `${row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`)
          .join('');
        const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
          text.slice(i * size, (i + 1) * size),
        );
        expect(await read(pieces)).toEqual(rows);
      }),
    );
  });
});

async function read(pieces: readonly string[]): Promise<(readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for await (const { cells } of csvRows(stream(pieces))) rows.push(cells);
  return rows;
}

async function* stream(pieces: readonly string[]): AsyncGenerator<string> {
  yield* pieces;
}
