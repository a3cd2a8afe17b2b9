import fc from 'fast-check';
import { compare } from 'semver';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../compare.ts';

const identifier = fc.oneof(fc.nat({ max: 20 }).map(String), fc.constantFrom('alpha', 'beta', 'rc', 'x-y', '-', 'A'));
const version = fc
  .tuple(fc.nat({ max: 3 }), fc.nat({ max: 12 }), fc.nat({ max: 3 }), fc.array(identifier, { maxLength: 3 }))
  .map(([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}`);

describe('semver', () => {
  it('orders valid versions as the npm package does', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(compareVersions('semver', a, b)).toEqual({ ok: true, order: compare(a, b) });
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['1.x', '>=1.0.0', 'latest', '1.0.0-', '1.0.0-ä', 'v', '1..2'])('has no order for %s', (text) => {
    expect(compareVersions('semver', text, '1.0.0').ok).toBe(false);
  });
});
