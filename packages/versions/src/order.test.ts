import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions, MAX_VERSION_LENGTH, orderVersions, parseVersion } from './compare.ts';
import { VERSION_SCHEMES, type VersionScheme } from './scheme.ts';

/** Text from which versions of every scheme grow, valid and not. */
const NUMBERS_AND_SIGNS = [
  '0',
  '1',
  '2',
  '10',
  '01',
  '00',
  '9'.repeat(20),
  '.',
  '.',
  '.',
  '-',
  '_',
  '+',
  '~',
  '^',
  ':',
  '!',
];
const WORDS = 'a b rc alpha beta dev post pre p r final ga SNAPSHOT v x -r _rc'.split(' ');
const PIECES = [...NUMBERS_AND_SIGNS, ...WORDS];

const anything = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 8 }).map((pieces) => pieces.join(''));

/**
 * Two orders are no orders on everything: Maven pads the shorter version by what the longer has there, and PHP lets `#`
 * equal every number. For these the laws hold on the versions that are in use.
 */
const IN_USE: Partial<Record<VersionScheme, fc.Arbitrary<string>>> = {
  maven: released(['-alpha', '-beta-1', '-rc1', '-rc2', '-SNAPSHOT', '', '-sp', '-jre', '-android']),
  composer: released(['-dev', '-alpha1', '-beta1', '-RC1', '', 'pl1']),
};

describe.each(VERSION_SCHEMES)('%s', (scheme) => {
  const versions = IN_USE[scheme] ?? anything;

  it('orders every version that parses as equal to itself', () => {
    fc.assert(
      fc.property(anything, (a) => {
        expect(order(scheme, a, a)).toBe(parseVersion(scheme, a).ok ? 0 : undefined);
      }),
    );
  });

  it('gives the opposite order for the opposite question', () => {
    fc.assert(
      fc.property(anything, anything, (a, b) => {
        const back = order(scheme, b, a);

        expect(order(scheme, a, b)).toBe(back === undefined ? undefined : 0 - back);
      }),
      { numRuns: 500 },
    );
  });

  it('is transitive', () => {
    fc.assert(
      fc.property(versions, versions, versions, (...three) => {
        if (!three.every((text) => parseVersion(scheme, text).ok)) return;
        const [a, b, c] = three.toSorted((left, right) => order(scheme, left, right) ?? 0);
        if (a === undefined || b === undefined || c === undefined) return;
        const steps = [order(scheme, a, b), order(scheme, b, c)];

        expect(order(scheme, a, c), three.join(' ')).toBe(steps.includes(-1) ? -1 : 0);
      }),
      { numRuns: 2000 },
    );
  });

  it('gives any text an order or a reason, and never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const reading = parseVersion(scheme, text);
        const problem = reading.ok ? undefined : reading.reason;

        expect(problem ?? 'it has an order').toMatch(/^(it|the|there) /);
        expect(order(scheme, text, text)).toBe(reading.ok ? 0 : undefined);
      }),
    );
  });

  it.each(['', ' ', '1.0 beta', '1\n2', '1\u00002', `1${'0'.repeat(MAX_VERSION_LENGTH)}`])(
    'has no order for %j',
    (text) => {
      expect(compareVersions(scheme, '1', text).ok).toBe(false);
    },
  );

  it('reads the longest version it takes in linear time', () => {
    const hostile = ['1', '1.', '1-', 'a', '-a', '.', '1a', '_p', '~'].map((piece) =>
      piece.repeat(MAX_VERSION_LENGTH / piece.length).slice(0, MAX_VERSION_LENGTH),
    );

    for (const a of hostile) for (const b of hostile) compareVersions(scheme, a, b);

    expect(hostile.every((text) => text.length <= MAX_VERSION_LENGTH)).toBe(true);
  });
});

describe('orderVersions', () => {
  it('throws for versions of two schemes', () => {
    const deb = parseVersion('deb', '1');
    const rpm = parseVersion('rpm', '1');

    expect(() => deb.ok && rpm.ok && orderVersions(deb.version, rpm.version)).toThrow(TypeError);
  });
});

function released(ends: readonly string[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.nat({ max: 3 }), fc.constantFrom(...ends))
    .map(([major, minor, patch, end]) => `${major}.${minor}.${patch}${end}`);
}

function order(scheme: VersionScheme, a: string, b: string): number | undefined {
  const comparison = compareVersions(scheme, a, b);
  return comparison.ok ? comparison.order : undefined;
}
