import { execFileSync } from 'node:child_process';
import {
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OciError } from '../error.ts';
import { Listing } from '../test-support/listing.ts';
import { paxEntry, signed, tarHeader, tarOf } from '../test-support/tar.ts';
import { TarReader } from './reader.ts';

/** Reads an archive in pieces of a size. */
function read(tar: Buffer, pieceBytes = tar.length || 1): Listing {
  const listing = new Listing();
  const reader = new TarReader(listing);
  for (let at = 0; at < tar.length; at += pieceBytes) reader.write(tar.subarray(at, at + pieceBytes));
  reader.end();
  return listing;
}

function paths(tar: Buffer): string[] {
  return read(tar).entries.map(({ path }) => path);
}

describe('a tar archive of GNU tar', () => {
  const long = `${'folder-with-a-long-name/'.repeat(8)}file`;
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-tar-'));
    mkdirSync(join(folder, long, '..'), { recursive: true });
    writeFileSync(join(folder, long), 'long');
    writeFileSync(join(folder, 'plain'), 'x'.repeat(1300), { mode: 0o755 });
    writeFileSync(join(folder, 'ümläut'), 'u');
    linkSync(join(folder, 'plain'), join(folder, 'same'));
    symlinkSync('t'.repeat(150), join(folder, 'sym'));
    const sparse = openSync(join(folder, 'sparse'), 'w');
    for (let piece = 0; piece < 40; piece += 1) writeSync(sparse, `piece ${piece}`, piece * 65_536 + 4096);
    closeSync(sparse);
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const formats = ['gnu', 'oldgnu', 'posix', 'ustar', 'v7'];
  const variants = formats.flatMap((format) => [
    { format, sparse: [] as string[] },
    ...(format === 'posix' ? ['0.0', '0.1', '1.0'] : format === 'gnu' || format === 'oldgnu' ? ['1.0'] : []).map(
      (version) => ({ format, sparse: ['--sparse', `--sparse-version=${version}`] }),
    ),
  ]);

  it.each(variants)(
    'in the format $format with $sparse is read like tar reads it, however it is cut',
    ({ format, sparse }) => {
      const files = format === 'ustar' || format === 'v7' ? ['plain', 'same', 'ümläut', 'sparse'] : ['.'];
      const words = ['--format', format, ...sparse, '--sort=name', '-C', folder, '-cf', '-', ...files];
      const tar = execFileSync('tar', words, { maxBuffer: 1 << 26 });
      const whole = read(tar);
      expect(whole.contents.get('plain')).toBe('x'.repeat(1300));
      expect(whole.contents.get('ümläut')).toBe('u');
      expect(whole.entries.find(({ path }) => path === 'plain')).toMatchObject({
        size: 1300,
        mode: 0o755,
        kind: 'file',
      });
      expect(whole.entries.find(({ path }) => path === 'same')).toMatchObject({ kind: 'hardlink', target: 'plain' });
      const content = whole.contents.get('sparse') ?? '';
      expect(content).toHaveLength(39 * 65_536 + 4096 + 8);
      expect(content.slice(39 * 65_536 + 4096)).toBe('piece 39');
      expect(content.slice(0, 4097)).toBe(`${'\0'.repeat(4096)}p`);
      const isWhole = files[0] === '.';
      expect(whole.contents.get(long)).toBe(isWhole ? 'long' : undefined);
      expect(whole.entries.find(({ path }) => path === 'sym')?.target).toBe(isWhole ? 't'.repeat(150) : undefined);
      for (const pieceBytes of [1000, 511, 513, 64]) {
        const cut = read(tar, pieceBytes);
        expect(cut.entries).toEqual(whole.entries);
        expect(cut.contents).toEqual(whole.contents);
      }
    },
  );
});

describe('names in a tar archive', () => {
  it.each([
    ['./etc/x', 'etc/x'],
    ['/etc/x', 'etc/x'],
    ['etc//x', 'etc/x'],
    ['etc/./x', 'etc/x'],
    ['..etc/x..', '..etc/x..'],
  ])('%s is %s', (name, path) => {
    expect(paths(tarOf([{ name }]))).toEqual([path]);
  });

  it('come from the prefix, a pax header or a GNU header, the last of these counting most', () => {
    expect(paths(tarOf([{ name: 'b', prefix: 'a' }]))).toEqual(['a/b']);
    expect(paths(tarOf([paxEntry({ path: 'from/pax' }), { name: 'x' }]))).toEqual(['from/pax']);
    const long = { name: '././@LongLink', type: 'L', content: 'from/gnu\0' };
    expect(paths(tarOf([paxEntry({ path: 'from/pax' }), long, { name: 'x' }, { name: 'y' }]))).toEqual([
      'from/gnu',
      'y',
    ]);
  });

  it.each([
    ['climb out', { name: '../etc/passwd' }],
    ['climb out in between', { name: 'a/../../etc/passwd' }],
    ['are too deep', { name: 'a/'.repeat(40), prefix: 'a/'.repeat(70) }, [paxEntry({ path: `${'a/'.repeat(300)}x` })]],
    ['are too long', { name: 'x' }, [paxEntry({ path: 'a'.repeat(5000) })]],
    ['contain a zero', { name: 'x' }, [paxEntry({ path: 'a\0b' })]],
    ['link out', { name: 'x', type: '1', link: '../../etc/shadow' }],
  ])('that %s are refused', (_case, entry, before = []) => {
    expect(() => read(tarOf([...before, entry]))).toThrow(OciError);
  });
});

describe('a damaged or hostile tar archive', () => {
  const good = tarOf([{ name: 'a', content: 'x'.repeat(700) }]);
  const negative = tarHeader({ name: 'a' }, 0).fill(0xff, 124, 136);
  const endless = tarHeader({ name: 'a' }, 0);
  endless[124] = 0x80;
  endless.fill(0xff, 125, 136);

  it.each([
    ['a wrong checksum', good.with(0, 0x62) as Buffer],
    ['a size that is no number', signed(Buffer.from(tarHeader({ name: 'a' }, 0)).fill('z', 124, 130))],
    ['a negative size', signed(negative)],
    ['a size beyond all numbers', signed(endless)],
    ['an end inside a file', good.subarray(0, 800)],
    ['an end inside a header', good.subarray(0, 300)],
    ['an end after an extended header', tarOf([paxEntry({ path: 'a' })], { closed: false })],
    ['an extended header of a gigabyte', tarOf([{ name: 'x', type: 'x', size: 2 ** 30 }])],
    ['an extended header that is no list', tarOf([{ name: 'x', type: 'x', content: 'nonsense' }, { name: 'a' }])],
    ['a record longer than its header', tarOf([{ name: 'x', type: 'x', content: '99 path=a\n' }, { name: 'a' }])],
    ['a type nobody knows', tarOf([{ name: 'a', type: 'Z' }])],
    ['a sparse map that overlaps', sparse('4,4,0,4', 8)],
    ['a sparse map that goes beyond the file', sparse('0,4,100,4', 8)],
    ['a sparse map of other pieces than are there', sparse('0,4', 8)],
    ['a sparse map of odd length', sparse('0,4,8', 8)],
  ])('with %s is refused', (_case, tar) => {
    expect(() => read(Buffer.from(tar))).toThrow(OciError);
  });

  function sparse(map: string, stored: number): Buffer {
    const records = { 'GNU.sparse.map': map, 'GNU.sparse.size': '64' };
    return tarOf([paxEntry(records), { name: 'a', content: 'x'.repeat(stored) }]);
  }

  it('says of a file it was cut in that it is not whole', () => {
    const listing = new Listing();
    const reader = new TarReader(listing);
    reader.write(good.subarray(0, 800));
    expect(() => reader.end()).toThrow('it ends inside an entry');
    expect(listing.cut).toEqual(['a']);
  });

  it('ends in an error of ours or in a listing, whatever is in it, and however it is cut', () => {
    const entry = fc.record({
      name: fc.string({ maxLength: 30, unit: 'binary-ascii' }),
      content: fc.string({ maxLength: 600 }),
      type: fc.constantFrom('0', '1', '2', '5', 'x', 'L', 'K', 'S', 'g', '7', '3'),
      link: fc.string({ maxLength: 20 }),
    });
    const outcome = (tar: Buffer, pieceBytes: number): unknown => {
      try {
        const { entries, contents } = read(tar, pieceBytes);
        return { entries, contents };
      } catch (error) {
        if (error instanceof OciError) return error.message;
        throw error;
      }
    };
    const law = fc.property(
      fc.array(entry, { maxLength: 6 }),
      fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 4 }),
      fc.integer({ min: 1, max: 1500 }),
      (entries, changes, pieceBytes) => {
        const tar = tarOf(entries);
        for (const [at, byte] of changes) if (at < tar.length) tar[at] = byte;
        expect(outcome(tar, pieceBytes)).toEqual(outcome(tar, tar.length || 1));
      },
    );
    expect(() => fc.assert(law, { numRuns: 300 })).not.toThrow();
  });
});
