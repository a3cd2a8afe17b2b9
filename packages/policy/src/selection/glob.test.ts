import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesGlob } from './glob.ts';

describe('matchesGlob', () => {
  it.each`
    glob              | text                 | matches
    ${'shop'}         | ${'shop'}            | ${true}
    ${'shop'}         | ${'shops'}           | ${false}
    ${'shop-*'}       | ${'shop-api'}        | ${true}
    ${'*-api'}        | ${'shop-api-api'}    | ${true}
    ${'a*b*c'}        | ${'abxbxc'}          | ${true}
    ${'a*b*c'}        | ${'abxbx'}           | ${false}
    ${'sho?'}         | ${'shop'}            | ${true}
    ${'sho?'}         | ${'sho'}             | ${false}
    ${'*'}            | ${''}                | ${true}
    ${'/run/netns/*'} | ${'/run/netns/shop'} | ${true}
    ${'a.c'}          | ${'abc'}             | ${false}
  `('says $matches for $glob on $text', ({ glob, text, matches }: { glob: string; text: string; matches: boolean }) => {
    expect(matchesGlob(glob, text)).toBe(matches);
  });

  it('agrees with the definition of its wildcards on small texts', () => {
    const small = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 });
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
    fc.assert(
      fc.property(glob, small, (pattern, text) => {
        expect(matchesGlob(pattern, text)).toBe(byDefinition(pattern, text));
      }),
    );
  });
});

function byDefinition(glob: string, text: string): boolean {
  if (glob === '') return text === '';
  const [first, rest] = [glob.charAt(0), glob.slice(1)];
  if (first === '*') return byDefinition(rest, text) || (text !== '' && byDefinition(glob, text.slice(1)));
  return text !== '' && (first === '?' || first === text.charAt(0)) && byDefinition(rest, text.slice(1));
}
