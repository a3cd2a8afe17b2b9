import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { rpmManifestReader } from './rpm-manifest.ts';

const PATH = 'var/lib/rpmmanifest/container-manifest-2';
const LINES = [
  'openssl-libs\t1.1.1k-30.cm2\t1714\t1714\tMicrosoft Corporation\t(none)\t100\tx86_64\t0\topenssl-1.1.1k-30.cm2.src.rpm',
  'grub2\t2.06-11.cm2\t1714\t1714\t(none)\t1\t100\tx86_64\t1\tgrub2-2.06-11.cm2.src.rpm',
].join('\n');

describe('rpmManifestReader', () => {
  it('reads packages with their sources', () => {
    expect(read(rpmManifestReader, PATH, LINES).packages).toEqual([
      {
        type: 'rpm',
        name: 'openssl-libs',
        version: '1.1.1k-30.cm2',
        arch: 'x86_64',
        source: { name: 'openssl', version: '1.1.1k-30.cm2' },
        vendor: 'Microsoft Corporation',
      },
      {
        type: 'rpm',
        name: 'grub2',
        version: '1:2.06-11.cm2',
        arch: 'x86_64',
        source: { name: 'grub2', version: '2.06-11.cm2' },
      },
    ]);
  });

  it('counts lines that name no package', () => {
    expect(read(rpmManifestReader, PATH, 'nonsense\n').gaps).toMatchObject([{ code: 'corrupt' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(rpmManifestReader, PATH, [LINES])).toEqual([]);
  });
});
