import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { FoundPackage } from '../../reader/fact.ts';
import { seen } from '../test-support/read.ts';
import { Collector, MAX_PACKAGES_PER_FILE } from './collector.ts';

const LODASH: FoundPackage = { type: 'npm', name: 'lodash', version: '4.17.20' };

describe('Collector', () => {
  it('takes a package once and believes the widest scope, in any order', () => {
    const scopes = fc.array(fc.constantFrom(undefined, 'optional' as const, 'development' as const), { minLength: 1 });
    fc.assert(
      fc.property(scopes, (all) => {
        const found = new Collector('test', 'file');
        for (const scope of all) found.add({ ...LODASH, ...(scope !== undefined && { scope }) });
        const widest = all.includes(undefined) ? undefined : all.includes('optional') ? 'optional' : 'development';

        const { packages } = seen(found.result());

        expect(packages.map(({ scope }) => scope)).toEqual([widest]);
      }),
    );
  });

  it('keeps apart what differs in version, architecture or place', () => {
    const found = new Collector('test', 'file');
    for (const one of [
      LODASH,
      { ...LODASH, version: '3' },
      { ...LODASH, arch: 'amd64' },
      { ...LODASH, within: ['a'] },
    ]) {
      found.add(one);
    }

    expect(seen(found.result()).packages).toHaveLength(4);
  });

  it('does not take names that cannot be printed, and says how many', () => {
    const found = new Collector('test', 'file');
    for (const name of ['', 'a\u001b[2J', 'x'.repeat(2000)]) found.add({ ...LODASH, name });

    expect(seen(found.result())).toMatchObject({
      packages: [],
      gaps: [{ code: 'corrupt', message: '3 entries are not well formed', path: 'file', reader: 'test' }],
    });
  });

  it('says once that there are more packages than it takes', () => {
    const found = new Collector('test', 'file');
    for (let index = 0; index < MAX_PACKAGES_PER_FILE + 10; index += 1)
      found.add({ ...LODASH, version: String(index) });

    const { packages, gaps } = seen(found.result());

    expect(packages).toHaveLength(MAX_PACKAGES_PER_FILE);
    expect(gaps).toMatchObject([{ code: 'limit' }]);
  });

  it('takes paths of owned files to a limit of their length', () => {
    const found = new Collector('test', 'file');
    let taken = 0;
    while (found.takesPath(4000)) taken += 1;

    expect(taken * 4000).toBeLessThanOrEqual(256 * 1024 * 1024);
    expect(found.takesPath(5000)).toBe(false);
    expect(found.result().gaps.map(({ code }) => code)).toEqual(['limit', 'corrupt']);
  });
});
