import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { hostileFailures } from '../test-support/hostile.ts';
import { entry, read } from '../test-support/read.ts';
import { goBinaryReader } from './go-binary.ts';

const START = '3077af0c9274080241e1c107e6d618e6';
const END = 'f932433186182072008242104116d8f2';
const MODULES = `path\texample.org/cmd/shop
mod\texample.org/shop\t(devel)\t
dep\tgithub.com/gin-gonic/gin\tv1.7.0\th1:aa=
dep\tgolang.org/x/net\tv0.1.0\th1:bb=
=>\tgithub.com/fork/net\tv0.2.0\th1:cc=
dep\tk8s.io/api\tv0.0.0\t
=>\t./staging/api\t\t
build\t-compiler=gc
`;
const COMPILER = '@typescript/typescript-linux-x64/lib/tsc';
const NAMES = ['github.com/fork/net v0.2.0', 'github.com/gin-gonic/gin v1.7.0', 'stdlib 1.22.1'];

describe('goBinaryReader', () => {
  it('finds Go version and modules, with replacements and without what has no version', () => {
    const result = read(goBinaryReader, 'app/shop', binary('go1.22.1', MODULES));

    expect(result.names).toEqual(NAMES);
    expect(result.gaps).toEqual([]);
  });

  it('finds them however the file is cut', () => {
    const file = binary('go1.22.1', MODULES, 5000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6000 }), (cut) => {
        expect(read(goBinaryReader, 'app/shop', file, cut).names).toEqual(NAMES);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['go1.21', '1.21.0'],
    ['go1.21rc2', '1.21.0-rc.2'],
    ['go1.20.3 X:boringcrypto', '1.20.3'],
    ['devel go1.23-abcdef', '1.23.0'],
  ])('names the standard library of %s by version %s', (version, expected) => {
    expect(read(goBinaryReader, 'a', binary(version, '')).names).toEqual([`stdlib ${expected}`]);
  });

  it.each([
    ['v1.4.2', ['example.org/shop v1.4.2']],
    ['v1.4.3-0.20260708042240-2bd066d87f5b+dirty', ['example.org/shop v1.4.3-0.20260708042240-2bd066d87f5b+dirty']],
    ['v0.0.0-20260708042240-2bd066d87f5b', []],
    ['(devel)', []],
  ])('takes the program itself with version %s only if that compares to releases', (version, expected) => {
    const result = read(goBinaryReader, 'a', binary('go1.26.0', `mod\texample.org/shop\t${version}\t\n`));

    expect(result.names.filter((name) => !name.startsWith('stdlib'))).toEqual(expected);
  });

  it('is not deceived by a program that looks for the same bytes', () => {
    const decoy = Buffer.alloc(4096);
    decoy.write('\x7fELF', 'latin1');
    decoy.write('\xff Go buildinf:\x08\x02', 1003, 'latin1');

    expect(read(goBinaryReader, 'a', decoy)).toMatchObject({ packages: [], gaps: [] });
    expect(read(goBinaryReader, 'a', Buffer.concat([decoy, binary('go1.22.1', MODULES)])).names).toEqual(NAMES);
  });

  it('reads the modules of older binaries, which only have pointers, and says that their Go version is not read', () => {
    const file = Buffer.alloc(8192);
    file.write('\x7fELF', 'latin1');
    Buffer.concat([Buffer.from(START, 'hex'), Buffer.from(MODULES), Buffer.from(END, 'hex')]).copy(file, 1001);
    file.write('\xff Go buildinf:\x08\x00', 4096, 'latin1');

    const result = read(goBinaryReader, 'a', file, 512);

    expect(result.names).toEqual(NAMES.slice(0, 2));
    expect(result.gaps).toMatchObject([{ code: 'unsupported' }]);
  });

  it('stops reading what is no program at its first bytes', () => {
    const reading = goBinaryReader.open(entry('bin/script', 10_000, 0o755));

    expect(reading.write(Buffer.from('#!/bin/sh\n'))).toBe(false);
    expect(reading.end(false)).toEqual({ facts: [], gaps: [] });
  });

  it('says so when the file breaks off inside the information', () => {
    const file = binary('go1.22.1', MODULES);
    const reading = goBinaryReader.open(entry('a', file.length, 0o755));
    reading.write(file.subarray(0, file.length - 400));

    expect(reading.end(false).gaps).toMatchObject([{ code: 'unreadable' }]);
  });

  it('searches for a list that never ends only once', () => {
    const file = Buffer.alloc(24 * 1024 * 1024);
    const start = Buffer.from(START, 'hex');
    for (let at = 64; at < file.length; at += 16) start.copy(file, at);
    file.write('\x7fELF', 'latin1');

    expect(read(goBinaryReader, 'a', Buffer.concat([file, binary('go1.22.1', MODULES)])).names).toEqual(NAMES);
  });

  it('wants programs and libraries by mode or name', () => {
    expect(goBinaryReader.wants(entry('bin/x', 5000, 0o755))).toBe(true);
    expect(goBinaryReader.wants(entry('plugin/x.so', 5000, 0o644))).toBe(true);
    expect(goBinaryReader.wants(entry('app.exe', 5000, 0o644))).toBe(true);
    expect(goBinaryReader.wants(entry('data.bin', 5000, 0o644))).toBe(false);
    expect(goBinaryReader.wants(entry('bin/tiny', 100, 0o755))).toBe(false);
  });

  it('is harmless on hostile input', () => {
    const wanting = { ...goBinaryReader, wants: () => true };

    expect(hostileFailures(wanting, 'a', [binary('go1.22.1', MODULES)])).toEqual([]);
  });

  const compiler = new URL(`../../../../../node_modules/${COMPILER}`, import.meta.url);
  it.skipIf(!present(compiler))('reads the modules of a real program: the TypeScript compiler', () => {
    const result = read(goBinaryReader, COMPILER, readFileSync(compiler));

    expect(result.names.filter((name) => /^stdlib 1\.\d+\.\d+/.test(name))).toHaveLength(1);
    expect(result.names.some((name) => /^golang\.org\/x\/text v0\.\d+\.\d+$/.test(name))).toBe(true);
    expect(result.gaps).toEqual([]);
  });
});

/** The header as the linker writes it since Go 1.18, aligned, in a file that begins like a program. */
function binary(version: string, modules: string, before = 4096): Buffer {
  const head = Buffer.alloc(Math.ceil(before / 16) * 16);
  head.write('\x7fELF', 'latin1');
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:\x08\x02', 'latin1');
  const framed = Buffer.concat([Buffer.from(START, 'hex'), Buffer.from(modules), Buffer.from(END, 'hex')]);
  return Buffer.concat([head, header, text(Buffer.from(version)), text(framed), Buffer.alloc(300)]);
}

function text(bytes: Buffer): Buffer {
  const length: number[] = [];
  let rest = bytes.length;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) length.push((rest & 0x7f) | 0x80);
  return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

function present(file: URL): boolean {
  if (existsSync(file)) return true;
  process.stderr.write(`skipped: ${file.pathname} is absent\n`);
  return false;
}
