import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { read } from '../test-support/read.ts';
import { chiselReader } from './chisel.ts';

const PATH = 'var/lib/chisel/manifest.wall';
const MANIFEST = [
  { jsonwall: '1.0', schema: '1.0', count: 8 },
  { kind: 'content', slice: 'base-files_base', path: '/etc/' },
  { kind: 'content', slice: 'libssl3t64_libs', path: '/usr/lib/x86_64-linux-gnu/libssl.so.3' },
  { kind: 'package', name: 'base-files', version: '13ubuntu10', sha256: 'aa', arch: 'amd64' },
  { kind: 'package', name: 'libssl3t64', version: '3.0.13-0ubuntu3.5', sha256: 'bb', arch: 'amd64' },
  { kind: 'path', path: '/etc/', mode: '0755', slices: ['base-files_base'] },
  { kind: 'slice', name: 'base-files_base' },
  { kind: 'from-a-newer-schema', whatever: 1 },
];

describe('chiselReader', () => {
  it('reads packages without guessing their sources, and the files of their slices', () => {
    const result = read(chiselReader, PATH, wall(MANIFEST));

    expect(result.packages).toEqual([
      { type: 'deb', name: 'base-files', version: '13ubuntu10', arch: 'amd64' },
      { type: 'deb', name: 'libssl3t64', version: '3.0.13-0ubuntu3.5', arch: 'amd64' },
    ]);
    expect(result.owned).toEqual(new Map([['libssl3t64', ['usr/lib/x86_64-linux-gnu/libssl.so.3']]]));
    expect(result.gaps).toEqual([]);
  });

  it('says what it could not look at', () => {
    expect(read(chiselReader, PATH, 'no zstd').gaps).toMatchObject([{ code: 'corrupt' }]);
    expect(read(chiselReader, PATH, wall(MANIFEST.slice(1))).gaps).toMatchObject([{ code: 'unsupported' }]);
    expect(read(chiselReader, PATH, wall([...MANIFEST, { kind: 'package', name: 1 }])).gaps).toMatchObject([
      { code: 'corrupt', message: '1 entry is not well formed' },
    ]);
  });

  it('does not unpack a bomb', () => {
    const bomb = zstdCompressSync(Buffer.alloc(129 * 1024 * 1024));

    expect(bomb.length).toBeLessThan(100_000);
    expect(read(chiselReader, PATH, bomb).gaps).toMatchObject([{ code: 'too-large' }]);
  });

  it('is harmless on hostile input', () => {
    expect(hostileFailures(chiselReader, PATH, [wall(MANIFEST)])).toEqual([]);
  });
});

function wall(entries: readonly object[]): Buffer {
  return zstdCompressSync(Buffer.from(entries.map((one) => `${JSON.stringify(one)}\n`).join('')));
}
