import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatToken, parseToken } from './token.ts';

const base64url = (minLength: number, maxLength: number) =>
  fc
    .array(fc.constantFrom('A', 'b', 'Z', '0', '9', '_', '-'), { minLength, maxLength })
    .map((characters: readonly string[]) => characters.join(''));
const id = fc
  .array(fc.constantFrom('a', 'b', 'z', '0', '9'), { minLength: 6, maxLength: 32 })
  .map((characters) => characters.join(''));

describe('an enrolment token', () => {
  it('is read as it was written, whatever white space is around it', () => {
    fc.assert(
      fc.property(id, base64url(22, 128), base64url(43, 43), (name, secret, pin) => {
        const token = { id: name, secret, pin };
        expect(parseToken(` ${formatToken(token)}\n`)).toEqual(token);
      }),
    );
  });

  it('is nothing else, and what is refused is never shown', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `bhe1.${text}.b.c`),
        ),
        (text) => {
          expect(() => parseToken(text)).toThrow(/^cannot read the enrolment token: it is not of the form [^"]*$/);
        },
      ),
    );
  });

  it('is not made of a secret that is too short', () => {
    expect(() => formatToken({ id: 'abcdef', secret: 'short', pin: 'x'.repeat(43) })).toThrow('cannot read');
  });
});
