import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { conanReader } from './conan.ts';

const CONAN_1 = JSON.stringify({
  version: '0.4',
  graph_lock: {
    nodes: {
      0: { ref: 'shop/1.0', path: 'conanfile.py', requires: ['1'] },
      1: { ref: 'zlib/1.2.11#aabb', context: 'host' },
      2: { ref: 'openssl/1.1.1k@user/stable#ccdd' },
      3: { ref: 'cmake/3.20.0', context: 'build' },
    },
  },
});
const CONAN_2 = JSON.stringify({
  version: '0.5',
  requires: ['zlib/1.2.11#aabb%1650538915.154', 'openssl/3.0.0@user/stable'],
  build_requires: ['cmake/3.20.0#eeff'],
  python_requires: [],
});

describe('conanReader', () => {
  it.each([
    ['Conan 1', CONAN_1, 'openssl 1.1.1k'],
    ['Conan 2', CONAN_2, 'openssl 3.0.0'],
  ])('reads the lock file of %s', (_name, text, openssl) => {
    const result = read(conanReader, 'conan.lock', text);

    expect(result.names).toEqual(['cmake 3.20.0', openssl, 'zlib 1.2.11']);
    expect(result.packages.find(({ name }) => name === 'cmake')?.scope).toBe('development');
    expect(result.gaps).toEqual([]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(conanReader, 'conan.lock', [CONAN_1, CONAN_2])).toEqual([]);
  });
});
