import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { compareVersions } from '../compare.ts';

const DPKG = spawnSync('dpkg', ['--version']).status === 0;
/** Each asks dpkg twice, and a process costs milliseconds. */
const PAIRS = 150;

const part = fc
  .array(fc.constantFrom('0', '1', '9', '10', '007', '.', '+', '~', 'a', 'Z', 'rc', 'deb', 'ubuntu'), { maxLength: 6 })
  .map((pieces) => pieces.join(''));
const version = fc
  .record({ epoch: fc.option(fc.nat({ max: 3 })), upstream: part, revision: fc.option(part) })
  .map(({ epoch, upstream, revision }) => {
    const release = revision === null || revision === '' ? '' : `-${revision}`;
    return `${epoch === null ? '' : `${epoch}:`}1${upstream}${release}`;
  });

describe('dpkg', () => {
  beforeEach(({ skip }) => skip(!DPKG, 'no dpkg on this machine'));

  it('agrees on random versions', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = accepts(a, 'lt', b) ? -1 : accepts(a, 'gt', b) ? 1 : 0;

        expect(compareVersions('deb', a, b)).toEqual({ ok: true, order });
      }),
      { numRuns: PAIRS },
    );
  });

  it.each(['1:', 'a:1', '1.0-', ':1', '-1', '99999999999:1'])('refuses %s too', (text) => {
    expect(spawnSync('dpkg', ['--compare-versions', text, 'eq', text]).stderr.toString()).not.toBe('');
    expect(compareVersions('deb', text, '1').ok).toBe(false);
  });
});

function accepts(a: string, operator: string, b: string): boolean {
  return spawnSync('dpkg', ['--compare-versions', a, operator, b]).status === 0;
}
