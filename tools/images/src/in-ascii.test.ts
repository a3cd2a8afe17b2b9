import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inAscii } from './in-ascii.ts';

describe('inAscii', () => {
  it('leaves a program that says the same', () => {
    const quoted = (text: string): string => JSON.stringify(text).replaceAll('/', '\\/').replaceAll('$', '\\$');
    const programs = [
      (text: string) => quoted(text),
      (text: string) => `\`${quoted(text).replaceAll('`', '\\`')}\``,
      (text: string) => `/* ${text.replaceAll('*', '')} */ ${quoted(text)}`,
    ];
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.constantFrom(...programs), (text, write) => {
        const program = write(text);
        const ascii = inAscii(program);

        expect(ascii).toMatch(/^[\0-\x7f]*$/);
        expect(runInNewContext(ascii)).toBe(runInNewContext(program));
      }),
    );
  });

  it('knows a backslash of the text from one that escapes', () => {
    const write = String.raw`['\é', '\\é', '\\\é', /^[\–é]$/u.test('–'), /^[😀]$/u.test('😀'), /\—/.test('—')]`;

    expect(runInNewContext(inAscii(write))).toEqual(['é', '\\é', '\\é', true, true, true]);
    expect(inAscii(write)).not.toMatch(/[^\0-\x7f]/);
  });
});
