import { describe, expect, it } from 'vitest';
import { namedImage } from '../image-name.ts';
import { askedOnce } from './asked-once.ts';

const DIGESTS = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);

describe('what is asked once', () => {
  it('is looked up once for each image, however it is spelt, and never taken for another', () => {
    const asked: string[] = [];
    const images = askedOnce({
      find({ name, tag, digest }) {
        asked.push(`${name} ${tag} ${digest}`);
        return [];
      },
      basesOf: () => [],
      doubt: 'nobody knows',
    });
    const references = ['web', 'web:1', 'web:2', 'app:1', ...DIGESTS.map((digest) => `web@${digest}`)];
    for (const text of [...references, 'docker.io/library/web:1', ...references]) {
      const named = namedImage(text);
      if (named !== undefined) images.find(named);
    }

    expect(asked).toHaveLength(references.length);
    expect(new Set(asked).size).toBe(references.length);
    expect(images.doubt).toBe('nobody knows');
  });
});
