import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { plainJson } from './jsonc.ts';

describe('plainJson', () => {
  it('drops comments and trailing commas outside of texts', () => {
    const text = `{ // one\n "a": ["x,]", "//", "\\"/*",], /* two\n, */ "b": { "c": 1, /* three */ }, }`;

    expect(JSON.parse(plainJson(Buffer.from(text)).toString())).toEqual({ a: ['x,]', '//', '"/*'], b: { c: 1 } });
  });

  it('keeps what is wrong wrong', () => {
    expect(() => JSON.parse(plainJson(Buffer.from('[1,,]')).toString())).toThrow(SyntaxError);
    expect(() => JSON.parse(plainJson(Buffer.from('{"a": "')).toString())).toThrow(SyntaxError);
  });

  it('changes nothing in plain JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(plainJson(Buffer.from(text)).toString()).toBe(text);
      }),
    );
  });
});
