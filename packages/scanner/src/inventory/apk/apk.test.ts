import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { readImage, sharedImage } from '../test-support/images.ts';
import { read } from '../test-support/read.ts';
import { apkReader } from './apk.ts';

const PATH = 'lib/apk/db/installed';
const INSTALLED = `C:Q1p78yvTLG094tHE1+dToJGbmYzQE=
P:libcrypto3
V:3.1.4-r5
A:x86_64
L:Apache-2.0
T:Crypto library from openssl
o:openssl
D:so:libc.musl-x86_64.so.1
F:etc
F:etc/ssl
R:openssl.cnf
Z:Q1wGuxVEOK9iGLj1i8D3BSBnT7MJA=
F:lib
R:libcrypto.so.3
a:0:0:555

P:busybox
V:1.36.1-r15
F:
R:init
`;

describe('apkReader', () => {
  it('reads packages, their origin and licence, and the files they own', () => {
    const result = read(apkReader, PATH, INSTALLED);

    expect(result.packages).toEqual([
      {
        type: 'apk',
        name: 'libcrypto3',
        version: '3.1.4-r5',
        arch: 'x86_64',
        source: { name: 'openssl', version: '3.1.4-r5' },
        licenses: ['Apache-2.0'],
      },
      { type: 'apk', name: 'busybox', version: '1.36.1-r15' },
    ]);
    expect(result.owned).toEqual(
      new Map([
        ['libcrypto3', ['etc/ssl/openssl.cnf', 'lib/libcrypto.so.3']],
        ['busybox', ['init']],
      ]),
    );
    expect(result.gaps).toEqual([]);
  });

  it('counts lines and packages that are not well formed', () => {
    expect(read(apkReader, PATH, `nonsense\nP:no-version\n\n${INSTALLED}`)).toMatchObject({
      packages: [{ name: 'libcrypto3' }, { name: 'busybox' }],
      gaps: [{ code: 'corrupt', message: '2 entries are not well formed' }],
    });
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(apkReader, PATH, [INSTALLED])).toEqual([]);
  });

  const image = sharedImage('containerd-archives-alpine.tar');
  it.skipIf(image === undefined)('reads the database of a real Alpine image without a gap', () => {
    const [result] = (image && readImage(image, [apkReader]).get('apk')) ?? [];

    expect(result?.gaps).toEqual([]);
    expect(result?.packages.length).toBeGreaterThan(10);
    expect(result?.packages.find(({ name }) => name.startsWith('libcrypto'))?.source?.name).toBe('openssl');
    expect(result?.owned.get('busybox')).toContain('bin/busybox');
  });
});
