import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageOf, layoutArchive, layoutFiles, sha256, type TestImage } from '../test-support/images.ts';
import { listAndClose } from '../test-support/listing.ts';
import { gzipped, type TarEntrySpec, tarOf } from '../test-support/tar.ts';
import { openArchive } from './open-archive.ts';

const LAYERS = ['one', 'two'].map((content) => ({ tar: tarOf([{ name: content, content }]) }));
const IMAGE = imageOf(LAYERS, {
  history: [{ created_by: 'FROM' }, { created_by: 'ENV', empty_layer: true }, { created_by: 'COPY two' }],
});
const DIFF_IDS = LAYERS.map(({ tar }) => sha256(tar));

function dockerSave(
  layers: readonly TarEntrySpec[],
  names = layers.map(({ name }) => name),
  config: object = {},
): TarEntrySpec[] {
  const document = { os: 'linux', architecture: 'amd64', rootfs: { diff_ids: DIFF_IDS }, ...config };
  const manifest = [{ Config: 'config.json', RepoTags: ['app:1'], Layers: names }];
  return [
    { name: 'manifest.json', content: JSON.stringify(manifest) },
    { name: 'config.json', content: JSON.stringify(document) },
    ...layers,
  ];
}

const LAYER_FILES = LAYERS.map(({ tar }, index) => ({ name: `${index}/layer.tar`, content: tar }));

describe('openArchive', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bulkhead-archive-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  function put(content: Buffer, name = 'image.tar'): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  }

  async function contentsOf(...open: Parameters<typeof openArchive>): Promise<string[]> {
    const listings = await listAndClose(await openArchive(...open));
    return listings.flatMap(({ contents }) => [...contents.values()]);
  }

  it('reads an OCI layout in an archive, with what made each layer', async () => {
    const path = put(layoutArchive(IMAGE, { 'io.containerd.image.name': 'docker.io/library/app:1' }));
    expect(await contentsOf(path)).toEqual(['one', 'two']);
    const { image, close } = await openArchive(path).then((source) => ({
      image: source.image,
      close: () => source.close(),
    }));
    expect(image.name).toBe('docker.io/library/app:1');
    expect(image.layers.map(({ createdBy }) => createdBy)).toEqual(['FROM', 'COPY two']);
    await close();
  });

  it('reads an OCI layout that is a folder', async () => {
    for (const { name, content } of layoutFiles(IMAGE.blobs, [IMAGE.manifest])) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content ?? '');
    }
    expect(await contentsOf(folder)).toEqual(['one', 'two']);
  });

  it('does not follow a link in the place of a blob', async () => {
    for (const { name, content } of layoutFiles(IMAGE.blobs, [IMAGE.manifest])) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content ?? '');
    }
    const blob = join(folder, 'blobs', IMAGE.layerDigests[0]?.replace(':', '/') ?? '');
    rmSync(blob);
    symlinkSync('/dev/zero', blob);
    await expect(contentsOf(folder)).rejects.toMatchObject({ code: 'ARCHIVE_CORRUPT' });
  });

  it('reads what docker save wrote before version 25, links to layers too', async () => {
    expect(await contentsOf(put(tarOf(dockerSave(LAYER_FILES))))).toEqual(['one', 'two']);
    const [one, two] = LAYER_FILES;
    const linked = [{ name: 'x', type: '2', link: '1/layer.tar' }, ...(two === undefined ? [] : [two])];
    const once = dockerSave([...(one === undefined ? [] : [one]), ...linked], ['0/layer.tar', 'x']);
    expect(await contentsOf(put(tarOf(once)))).toEqual(['one', 'two']);
  });

  it.each([
    ['gzip', gzipped],
    ['zstd', (tar: Buffer) => zstdCompressSync(tar)],
  ])('reads archives that are compressed as a whole by %s', async (_name, compress) => {
    expect(await contentsOf(put(compress(layoutArchive(IMAGE))))).toEqual(['one', 'two']);
    const tar = tarOf([{ name: 'large', content: Buffer.alloc(3 << 20, 'a') }]);
    const large = imageOf([{ tar }, ...LAYERS]);
    const contents = await contentsOf(put(compress(layoutArchive(large))));
    expect(contents.map(({ length }) => length)).toEqual([3 << 20, 3, 3]);
  });

  it('chooses the platform, also in an index inside the index', async () => {
    const arm = imageOf([{ tar: tarOf([{ name: 'arm', content: 'arm' }]) }], { architecture: 'arm64' });
    const content = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        manifests: [
          { ...IMAGE.manifest, platform: { os: 'linux', architecture: 'amd64' } },
          { ...arm.manifest, platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } },
          { ...arm.manifest, platform: { os: 'unknown', architecture: 'unknown' } },
        ],
      }),
    );
    const index = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: sha256(content),
      size: content.length,
    };
    const blobs = new Map([...IMAGE.blobs, ...arm.blobs, [index.digest, content]]);
    const path = put(tarOf(layoutFiles(blobs, [index])));
    const platform = { os: 'linux', architecture: 'arm64' };
    expect(await contentsOf(path, { platform })).toEqual(['arm']);
    await expect(openArchive(path, { platform: { os: 'linux', architecture: 's390x' } })).rejects.toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
    });
    // An export of one platform: the index names more than is there.
    const some = new Map([...arm.blobs, [index.digest, content]]);
    expect(await contentsOf(put(tarOf(layoutFiles(some, [index]))))).toEqual(['arm']);
  });

  it('asks which of several images is meant', async () => {
    const other = imageOf([{ tar: tarOf([{ name: 'o', content: 'other' }]) }]);
    const named = (image: TestImage, name: string): object => ({
      ...image.manifest,
      annotations: { 'org.opencontainers.image.ref.name': name },
    });
    const blobs = new Map([...IMAGE.blobs, ...other.blobs]);
    const path = put(
      tarOf(layoutFiles(blobs, [named(IMAGE, 'app:1'), named(other, 'other:1'), named(other, 'other:2')])),
    );
    await expect(openArchive(path)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      why: expect.stringMatching(/app:1.*other:1.*other:2/),
    });
    expect(await contentsOf(path, { image: 'other:2' })).toEqual(['other']);
    await expect(openArchive(path, { image: 'third' })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('reads an archive whose layers were changed only when that is allowed, and names them by what they are', async () => {
    const changed = tarOf([{ name: 'three', content: 'three' }]);
    const path = put(tarOf(dockerSave([{ name: 'l', content: gzipped(changed) }])));
    await expect(contentsOf(path)).rejects.toMatchObject({
      code: 'NOT_AN_IMAGE',
      fix: expect.stringContaining('--allow-wrong-digests'),
    });
    const source = await openArchive(path, { allowWrongDigests: true });
    expect(source.image.layers.map(({ diffId }) => diffId)).toEqual([sha256(changed)]);
    const [listing] = await listAndClose(source);
    expect(listing?.contents.get('three')).toBe('three');
  });

  const loop = [
    { name: 'a', type: '2', link: 'b' },
    { name: 'b', type: '2', link: 'a' },
  ];
  const cut = layoutArchive(IMAGE);
  const both = Buffer.from(JSON.stringify({ manifests: [], layers: [], config: {} }));
  const selfIndex = (): Buffer => {
    const content = Buffer.from(JSON.stringify({ manifests: [{ digest: IMAGE.manifest.digest }] }));
    return tarOf(layoutFiles(new Map([[IMAGE.manifest.digest, content]]), [{ digest: IMAGE.manifest.digest }]));
  };

  it.each([
    ['nothing', Buffer.alloc(0), 'NOT_AN_IMAGE'],
    ['text', Buffer.from('hello world, this is no archive\n'.repeat(40)), 'NOT_AN_IMAGE'],
    ['another archive', tarOf([{ name: 'etc/passwd' }, { name: 'usr/bin/x' }]), 'NOT_AN_IMAGE'],
    ['an archive that is cut off', cut.subarray(0, cut.length - 3000), 'ARCHIVE_CORRUPT'],
    ['a compressed archive that is cut off', gzipped(cut).subarray(0, 300), 'ARCHIVE_CORRUPT'],
    ['names that climb out', tarOf([{ name: 'index.json' }, { name: '../x' }]), 'ARCHIVE_CORRUPT'],
    ['a file that is there twice', tarOf([...dockerSave(LAYER_FILES), { name: 'manifest.json' }]), 'ARCHIVE_CORRUPT'],
    ['links in a circle', tarOf([...dockerSave([], ['a', 'b']), ...loop]), 'ARCHIVE_CORRUPT'],
    ['a layer that is missing', tarOf(dockerSave([], ['a', 'b'])), 'ARCHIVE_CORRUPT'],
    [
      'more layers than the configuration names',
      tarOf(dockerSave(LAYER_FILES, undefined, { rootfs: { diff_ids: [] } })),
      'NOT_AN_IMAGE',
    ],
    ['a configuration of another kind', tarOf(dockerSave(LAYER_FILES, undefined, { rootfs: 'none' })), 'NOT_AN_IMAGE'],
    [
      'a document that is manifest and index',
      tarOf(layoutFiles(new Map([[sha256(both), both]]), [{ digest: sha256(both) }])),
      'NOT_AN_IMAGE',
    ],
    ['a manifest that is not what its digest says', selfIndex(), 'NOT_AN_IMAGE'],
    ['a manifest that is missing', tarOf(layoutFiles(new Map(), [IMAGE.manifest])), 'ARCHIVE_CORRUPT'],
    ['a digest that is a path', tarOf(layoutFiles(new Map(), [{ digest: 'sha256:../../etc/passwd' }])), 'NOT_AN_IMAGE'],
    [
      'an index of a gigabyte',
      tarOf([{ name: 'oci-layout' }, { name: 'index.json', content: Buffer.alloc(5 << 20, ' ') }]),
      'NOT_AN_IMAGE',
    ],
  ])('refuses %s in one line', async (_case, content, code) => {
    await expect(contentsOf(put(content))).rejects.toMatchObject({ code });
  });

  it('says that a file is not there', async () => {
    await expect(openArchive(join(folder, 'no.tar'))).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: expect.stringContaining('there is no such file'),
    });
  });
});
