import { compare } from '@renovatebot/pep440';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../compare.ts';

const version = fc
  .record({
    epoch: fc.constantFrom('', '', '1!', '0!'),
    release: fc.array(fc.nat({ max: 11 }), { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.')),
    pre: fc.constantFrom('', '', 'a1', '.alpha', '-beta2', 'rc10', '_c1', '.preview.3'),
    post: fc.constantFrom('', '', '.post1', '-2', 'rev', '.r3'),
    dev: fc.constantFrom('', '', '.dev', '.dev3', 'DEV10'),
    local: fc.constantFrom('', '', '+local', '+1', '+ubuntu.1', '+ubuntu-2', '+a.b'),
  })
  .map(({ epoch, release, pre, post, dev, local }) => `${epoch}${release}${pre}${post}${dev}${local}`);

describe('pep440', () => {
  it('orders versions as the npm package does', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(compareVersions('pep440', a, b), `${a} ${b}`).toEqual({ ok: true, order: Math.sign(compare(a, b)) });
      }),
      { numRuns: 1000 },
    );
  });

  it('puts versions from before PEP 440 before all others', () => {
    expect(compareVersions('pep440', '2013-07-19T09:11:08', '0.0.1.dev1')).toEqual({ ok: true, order: -1 });
  });
});
