import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';

import { parsePlainYaml } from './plain-yaml.ts';
import { PlainYamlError } from './value.ts';

const DOCUMENT = `---
# comment
version: '6.0'   # not part of it
number: 1.10
empty:
same:
- a
- b: 1
  c: "x: \\"y\\" \\u0041"
-
  - nested
  - 'it''s'
flow: {node: '>=6', tarball: https://example.org/a.tgz, list: [x64, "a, b"], deep: {a: b}}
long: {integrity: sha512-a==,
  tarball: https://example.org}
folded: >-
  some: text
  - that is none

after: plain
  goes on
  here
/name@1.0(peer@2.0):
  url: http://x#y
"quoted:key": v
`;

describe('parsePlainYaml', () => {
  it('reads what package managers write', () => {
    expect(parsePlainYaml(DOCUMENT)).toEqual({
      version: '6.0',
      number: '1.10',
      empty: '',
      same: ['a', { b: '1', c: 'x: "y" A' }, ['nested', "it's"]],
      flow: { node: '>=6', tarball: 'https://example.org/a.tgz', list: ['x64', 'a, b'], deep: { a: 'b' } },
      long: { integrity: 'sha512-a==', tarball: 'https://example.org' },
      folded: 'some: text\n- that is none',
      after: 'plain goes on here',
      '/name@1.0(peer@2.0)': { url: 'http://x#y' },
      'quoted:key': 'v',
    });
  });

  it('keeps a key that JavaScript treats specially a key', () => {
    const value = parsePlainYaml('__proto__: x\n');

    expect(Object.entries(value)).toEqual([['__proto__', 'x']]);
  });

  it.each([
    'a: &x 1',
    'a: *x',
    'a: !!int 1',
    '? a',
    'a: {b',
    'a: "b',
    'a:\n  b: 1\n c: 2',
    'a: 1\nb',
    '{a: &b 1}',
    'a: [b]]',
  ])('refuses %j', (text) => {
    expect(() => parsePlainYaml(text)).toThrow(PlainYamlError);
  });

  it('agrees with a parser for all of YAML about what that one writes', () => {
    const word = fc.stringMatching(/^[a-zA-Z0-9@/._+<>=~^-][a-zA-Z0-9@/._ :#(),[\]{}+<>=~^-]{0,12}$/);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 3 },
        word,
        fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
        fc.dictionary(word, tie('tree'), { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(
        fc.dictionary(word, tree, { minKeys: 1, maxKeys: 5, noNullPrototype: true }),
        fc.boolean(),
        (value, flow) => {
          const text = stringify(value, { lineWidth: 0, ...(flow && { collectionStyle: 'flow' as const }) });

          expect(JSON.parse(JSON.stringify(parsePlainYaml(text)))).toEqual(parse(text, { schema: 'failsafe' }));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('never throws anything else, and is linear in what repeats', () => {
    const pieces = fc.constantFrom(
      'a: ',
      '- ',
      '\n',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      ',',
      '#',
      'b',
      '|',
      '>',
      ': ',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        expect(outcome(parts.join(''))).toMatch(/^(?:read|refused)$/);
      }),
      { numRuns: 1000 },
    );
    for (const piece of [
      '- ',
      'a: ',
      '{',
      '[',
      '[a,',
      '"',
      "'",
      '#\n',
      'a:\n ',
      '- - \n',
      'x\n',
      "a: 'x\n",
      '{a: b}, ',
    ]) {
      expect(outcome(piece.repeat(300_000))).toMatch(/^(?:read|refused)$/);
    }
  });
});

function outcome(text: string): string {
  try {
    parsePlainYaml(text);
    return 'read';
  } catch (error) {
    return error instanceof PlainYamlError ? 'refused' : String(error);
  }
}
