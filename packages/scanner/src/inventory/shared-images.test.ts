import { describe, expect, it } from 'vitest';

import { DECLARED } from './declared.ts';
import { INSTALLED } from './installed.ts';
import { readImage, sharedImage, sharedImages } from './test-support/images.ts';

const IMAGES = sharedImages();
const READERS = [...INSTALLED, ...DECLARED];

/** How many packages each reader finds; nothing where an image has none. */
const EXPECTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'containerd-archives-alpine.tar': { apk: 14 },
  'docker-archives-docker-save-java.tar': { java: 7 },
  'docker-archives-docker-save-nginx-os-release-link.tar': { dpkg: 84 },
  'docker-archives-docker-save-poetry.tar': { poetry: 13 },
  'docker-archives-skopeo-copy-nginx-compressed-layers.tar': { dpkg: 84 },
  'pnpm-pnpmlockv9.tar': { apk: 15, pnpm: 2 },
};

describe.skipIf(IMAGES.length === 0)('all readers over the shared images', () => {
  it.each(IMAGES)('read %s without a gap', (name) => {
    const image = sharedImage(name);
    const results = image === undefined ? new Map() : readImage(image, READERS);
    const counts = new Map<string, number>();
    for (const [reader, seen] of results) {
      for (const { packages, gaps } of seen) {
        expect(gaps).toEqual([]);
        if (packages.length > 0) counts.set(reader, (counts.get(reader) ?? 0) + packages.length);
      }
    }

    expect(Object.fromEntries(counts)).toEqual(EXPECTED[name] ?? {});
  });
});
