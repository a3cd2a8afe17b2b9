import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { LayerDescriptor } from '@bulkhead/scanner';
import { describe, expect, it } from 'vitest';
import { OciError } from '../error.ts';
import { sha256 } from '../test-support/images.ts';
import { Listing } from '../test-support/listing.ts';
import { tarOf } from '../test-support/tar.ts';
import { DEFAULT_BOUNDS, type LayerBounds } from './bounds.ts';
import { readLayer } from './read-layer.ts';

const TAR = tarOf([
  { name: 'etc/', type: '5' },
  { name: 'etc/name', content: 'hello' },
  { name: 'big', content: 'x'.repeat(300_000) },
]);
const never = new AbortController().signal;

function describeLayer(blob: Buffer, tar = TAR): LayerDescriptor {
  return { diffId: sha256(tar), digest: sha256(blob), mediaType: 'anything', size: blob.length };
}

async function* inPieces(blob: Buffer, bytes = 1000): AsyncGenerator<Buffer> {
  for (let at = 0; at < blob.length; at += bytes) yield blob.subarray(at, at + bytes);
}

async function read(blob: Buffer, layer = describeLayer(blob), bounds: LayerBounds = DEFAULT_BOUNDS): Promise<Listing> {
  const listing = new Listing();
  await readLayer(inPieces(blob), layer, listing, never, { bounds });
  return listing;
}

describe('a layer', () => {
  const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

  it.each([
    ['as it is', TAR],
    ['gzip', gzipSync(TAR)],
    ['gzip in several members', Buffer.concat([gzipSync(TAR.subarray(0, 1000)), gzipSync(TAR.subarray(1000))])],
    ['zstd', zstdCompressSync(TAR)],
    [
      'zstd in several frames',
      Buffer.concat([zstdCompressSync(TAR.subarray(0, 1000)), zstdCompressSync(TAR.subarray(1000))]),
    ],
    ['zstd after a frame to skip', Buffer.concat([skippable, zstdCompressSync(TAR)])],
  ])('is read %s', async (_case, blob) => {
    const listing = await read(blob);
    expect(listing.contents.get('etc/name')).toBe('hello');
    expect(listing.contents.get('big')).toHaveLength(300_000);
    expect(listing.folders).toEqual(['etc']);
  });

  it.each([
    ['is another than its digest says', gzipSync(TAR), { digest: sha256(Buffer.from('other')) }, 'its digest is'],
    ['is another once uncompressed', gzipSync(TAR), { diffId: sha256(Buffer.from('other')) }, 'its digest is'],
    [
      'is compressed though both digests are the same',
      gzipSync(TAR),
      { diffId: sha256(gzipSync(TAR)) },
      'its digest is',
    ],
    ['is shorter than stated', TAR, { size: TAR.length + 1 }, 'bytes instead of'],
    ['is cut off', gzipSync(TAR).subarray(0, 200), {}, 'is corrupt'],
    ['goes on behind its end', Buffer.concat([gzipSync(TAR), Buffer.alloc(100_000, 1)]), {}, ''],
    ['has a wrong checksum', flipped(gzipSync(TAR), -8), {}, 'is corrupt'],
    ['is cut off in a frame', zstdCompressSync(TAR).subarray(0, 60), {}, ''],
    ['is no archive', Buffer.from('<html>not found</html>'.repeat(100)), {}, 'tar archive is damaged'],
    ['is bzip2', Buffer.from('BZh91AY&SY'), {}, 'compressed with bzip2'],
    ['is encrypted', TAR, { mediaType: 'application/vnd.oci.image.layer.v1.tar+encrypted' }, 'it is encrypted'],
  ])('that %s is refused', async (_case, blob, changes, words) => {
    const layer = { ...describeLayer(blob), ...changes };
    const failure = await read(blob, layer).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(OciError);
    expect(String(failure)).toContain(words);
  });

  it.each([
    ['bytes', { maxBytes: 100_000 }, 'more than 100000 bytes'],
    ['expansion', { maxRatio: 20, ratioFreeBytes: 10_000 }, 'more than 20 times its size'],
  ])('is refused beyond the bound of %s, before it is read to its end', async (_case, changes, words) => {
    const tar = tarOf([{ name: 'zeros', content: Buffer.alloc(50 << 20) }]);
    const blob = gzipSync(tar);
    const bounds = { ...DEFAULT_BOUNDS, ...changes };
    await expect(read(blob, describeLayer(blob, tar), bounds)).rejects.toMatchObject({
      code: 'LAYER_TOO_LARGE',
      message: expect.stringContaining(words),
    });
  });

  it('is refused when it takes too long', async () => {
    async function* dripping(): AsyncGenerator<Buffer> {
      for (const byte of TAR) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        yield Buffer.from([byte]);
      }
    }
    const bounds = { ...DEFAULT_BOUNDS, maxMs: 50 };
    const reading = readLayer(dripping(), describeLayer(TAR), new Listing(), never, { bounds });
    await expect(reading).rejects.toMatchObject({ code: 'LAYER_TOO_LARGE' });
  });

  it('is no longer read once that is called off', async () => {
    const reading = readLayer(
      inPieces(gzipSync(TAR)),
      describeLayer(TAR),
      new Listing(),
      AbortSignal.abort(new Error('enough')),
    );
    await expect(reading).rejects.toThrow('enough');
  });

  it('tells whiteouts from files by the standard alone', async () => {
    const names = [
      'a/.wh.b',
      '.wh.top',
      'd/.wh..wh..opq',
      '.wh..wh..opq',
      '.wh..wh.plnk',
      'x.wh.y',
      'why',
      'e/.wh.why',
    ];
    const listing = await read(
      tarOf(names.map((name) => ({ name }))),
      describeLayer(tarOf(names.map((name) => ({ name }))), tarOf(names.map((name) => ({ name })))),
    );
    expect(listing.whiteouts).toEqual(['removed a/b', 'removed top', 'opaque d', 'opaque ', 'removed e/why']);
    expect(listing.entries.map(({ path }) => path)).toEqual(['x.wh.y', 'why']);
  });

  it.each(['.wh.', 'a/.wh..', 'a/.wh...'])('that removes nothing nameable (%s) is refused', async (name) => {
    const tar = tarOf([{ name }]);
    await expect(read(tar, describeLayer(tar, tar))).rejects.toMatchObject({ code: 'LAYER_CORRUPT' });
  });
});

function flipped(content: Buffer, at: number): Buffer {
  const copy = Buffer.from(content);
  const index = copy.length + at;
  copy[index] = (copy[index] ?? 0) ^ 1;
  return copy;
}
