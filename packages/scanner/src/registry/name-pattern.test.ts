import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isWanted, matchesPattern, spelledOut } from './name-pattern.ts';

describe('matchesPattern', () => {
  it.each`
    pattern       | name               | matches
    ${'shop/web'} | ${'shop/web'}      | ${true}
    ${'shop/web'} | ${'shop/web2'}     | ${false}
    ${'shop/*'}   | ${'shop/web/base'} | ${true}
    ${'*-rc?'}    | ${'1.2-rc1'}       | ${true}
    ${'*-rc?'}    | ${'1.2-rc10'}      | ${false}
    ${'v1.*.0'}   | ${'v1.2.3.0'}      | ${true}
    ${'*a*b*'}    | ${'xxaxxbxx'}      | ${true}
    ${'*a*b'}     | ${'ab b'}          | ${true}
    ${''}         | ${''}              | ${true}
    ${''}         | ${'a'}             | ${false}
    ${'.+'}       | ${'aa'}            | ${false}
  `('$pattern on $name: $matches', ({ pattern, name, matches }) => {
    expect(matchesPattern(pattern, name)).toBe(matches);
  });

  it('agrees with the plain definition', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(text, text, (pattern, name) => {
        expect(matchesPattern(pattern, name)).toBe(byDefinition(pattern, name));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not hang on a pattern made to', () => {
    expect(matchesPattern(`${'*a'.repeat(120)}b`, 'a'.repeat(255))).toBe(false);
  });
});

describe('a filter', () => {
  it('wants what an include matches and no exclude does', () => {
    const filter = { include: ['v*', 'latest'], exclude: ['*-rc*'] };

    expect(['v1', 'v1-rc1', 'latest', 'nightly'].filter((name) => isWanted(filter, name))).toEqual(['v1', 'latest']);
    expect(isWanted({ include: [], exclude: [] }, 'anything')).toBe(true);
  });

  it('spells its names out, or asks for a list', () => {
    expect(spelledOut({ include: ['a', 'b/c'], exclude: [] })).toEqual(['a', 'b/c']);
    expect(spelledOut({ include: ['a', 'b/*'], exclude: [] })).toBeUndefined();
    expect(spelledOut({ include: [], exclude: [] })).toBeUndefined();
  });
});

function byDefinition(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  const rest = pattern.slice(1);
  if (pattern[0] === '*') return byDefinition(rest, name) || (name !== '' && byDefinition(pattern, name.slice(1)));
  return name !== '' && (pattern[0] === '?' || pattern[0] === name[0]) && byDefinition(rest, name.slice(1));
}
