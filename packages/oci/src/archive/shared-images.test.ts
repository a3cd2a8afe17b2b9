import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listAndClose, listLayers } from '../test-support/listing.ts';
import { openArchive } from './open-archive.ts';

const FOLDER = resolve(import.meta.dirname, '../../../../../shared/data/images');
const isThere = existsSync(FOLDER);
if (!isThere) process.stderr.write(`skipped: archives as real tools wrote them: no ${FOLDER}\n`);

/** The files and links of each layer, counted by another program. `edited`: changed by hand after `docker save`. */
const EXPECTED = [
  { file: 'containerd-archives-alpine.tar', layers: [415], has: 'lib/apk/db/installed' },
  { file: 'containerd-archives-busybox.amd64.tar', layers: [421], has: 'bin/busybox' },
  { file: 'docker-archives-docker-save-hello-world.tar', layers: [1], has: 'hello' },
  { file: 'docker-archives-docker-save-java.tar', edited: true, layers: [9], has: 'app/activation-1.1.1.jar' },
  { file: 'docker-archives-docker-save-nginx-os-release-link.tar', edited: true, layers: [9], has: 'etc/os-release' },
  { file: 'docker-archives-docker-save-poetry.tar', layers: [2], has: 'app/poetry.lock' },
  { file: 'docker-archives-skopeo-copy-nginx-compressed-layers.tar', edited: true, layers: [6], has: 'etc/os-release' },
  { file: 'docker-archives-skopeo-copy-node-removed.tar', layers: [405, 1, 0], has: 'bin/busybox' },
  { file: 'docker-oci-archives-busybox.armv7.tar', platform: 'arm', layers: [421], has: 'bin/busybox' },
  { file: 'oci-archives-busybox-1.31.1.tar', layers: [403], has: 'bin/busybox' },
  { file: 'pnpm-pnpmlockv9.tar', platform: 'arm64', layers: [426, 0, 2], has: 'etc/os-release' },
];

describe.skipIf(!isThere)('archives as real tools wrote them', () => {
  it('are all among those that are read here', () => {
    expect(readdirSync(FOLDER).toSorted()).toEqual(EXPECTED.map(({ file }) => file).toSorted());
  });

  it.each(EXPECTED)('$file is read whole', async ({ file, edited = false, platform = 'amd64', layers, has }) => {
    const source = await openArchive(join(FOLDER, file), { allowWrongDigests: edited });
    try {
      expect(source.image.config).toMatchObject({ os: 'linux', architecture: platform });
      const listings = await listLayers(source);
      const paths = listings.map(({ entries }) => entries.map(({ path }) => path));
      expect(paths.map(({ length }) => length)).toEqual(layers);
      expect(paths[0]).toContain(has);
    } finally {
      await source.close();
    }
  });

  it.each(EXPECTED.filter(({ edited }) => edited))(
    '$file is refused for its digests unless they may be wrong',
    async ({ file }) => {
      const read = async (): Promise<void> => {
        const source = await openArchive(join(FOLDER, file));
        await listAndClose(source);
      };
      await expect(read()).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:LAYER_CORRUPT|NOT_AN_IMAGE)$/),
        fix: expect.stringContaining('--allow-wrong-digests'),
      });
    },
  );

  it('an image of one platform is not taken for another', async () => {
    const path = join(FOLDER, 'pnpm-pnpmlockv9.tar');
    const platform = { os: 'linux', architecture: 'amd64' };

    await expect(openArchive(path, { platform })).rejects.toMatchObject({
      code: 'PLATFORM_NOT_FOUND',
      why: 'it is an image for linux/arm64 alone',
    });
    const source = await openArchive(path, { platform: { os: 'linux', architecture: 'arm64', variant: 'v8' } });
    expect(source.image.config.architecture).toBe('arm64');
    await source.close();
  });

  it('a file that a later layer removed is a whiteout', async () => {
    const source = await openArchive(join(FOLDER, 'docker-archives-skopeo-copy-node-removed.tar'));
    const listings = await listAndClose(source);
    expect(listings.map(({ whiteouts }) => whiteouts)).toEqual([[], [], ['removed node', 'opaque proc', 'opaque sys']]);
  });
});
