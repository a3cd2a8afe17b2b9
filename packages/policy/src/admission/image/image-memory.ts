import { type NamedImage, namedImage } from '../image-name.ts';
import { Alike, listOf } from './alike.ts';
import { DigestsBy } from './digests-by.ts';
import type { ImageKnowledge } from './knowledge.ts';
import type { KnownImage } from './known-image.ts';
import { Pool } from './pool.ts';

/**
 * Images in memory, by digest, by the digests of indexes and by tags. Images of one base have most of their findings in
 * common, and the same finding is kept once. Setting, removing and finding take time linear in one image, not in all.
 */
export class ImageMemory implements ImageKnowledge {
  readonly #images = new Map<string, KnownImage>();
  /** From the digest of an index, or a tag, to digests of images. */
  readonly #digestsByIndex = new DigestsBy();
  readonly #digestsByName = new DigestsBy();
  /** From the last entry of a chain, which is the whole image, to digests of images. */
  readonly #digestsByChain = new DigestsBy();
  readonly #pool = new Pool();
  readonly #alike = new Alike();
  doubt: string | undefined;

  get size(): number {
    return this.#images.size;
  }

  /** Different findings that are kept. */
  get findings(): number {
    return this.#pool.size;
  }

  has(digest: string): boolean {
    return this.#images.has(digest);
  }

  /** Takes an image in, in place of what was known of the same digest. */
  set(image: KnownImage): void {
    this.remove(image.digest);
    const names = [...new Set(image.names.flatMap((text) => nameKey(namedImage(text))))];
    this.#images.set(image.digest, this.#kept(image, names));
    for (const index of image.indexes) this.#digestsByIndex.add(index, image.digest);
    for (const name of names) this.#digestsByName.add(name, image.digest);
    const whole = image.chain?.at(-1);
    if (whole !== undefined) this.#digestsByChain.add(whole, image.digest);
  }

  remove(digest: string): void {
    const image = this.#images.get(digest);
    if (image === undefined) return;
    this.#images.delete(digest);
    for (const index of image.indexes) this.#digestsByIndex.drop(index, digest);
    for (const name of image.names) this.#digestsByName.drop(name, digest);
    const whole = image.chain?.at(-1);
    if (whole !== undefined) this.#digestsByChain.drop(whole, digest);
    if (image.scan !== undefined) this.#pool.release(image.scan);
  }

  /** Removes every image whose digest is not among those. */
  retain(digests: ReadonlySet<string>): void {
    for (const digest of this.#images.keys()) if (!digests.has(digest)) this.remove(digest);
  }

  find(image: NamedImage): readonly KnownImage[] {
    // What is pinned is what its digest says, whatever stands before it.
    if (image.digest !== undefined) {
      const one = this.#images.get(image.digest);
      return one === undefined ? this.#all(this.#digestsByIndex.get(image.digest)) : [one];
    }
    const [key] = nameKey(image);
    return key === undefined ? [] : this.#all(this.#digestsByName.get(key));
  }

  basesOf({ chain = [] }: KnownImage): readonly KnownImage[] {
    return chain.flatMap((whole) => this.#all(this.#digestsByChain.get(whole)));
  }

  /** An image with what others have too only once. */
  #kept(image: KnownImage, names: string[]): KnownImage {
    const { scan, digest, indexes, platform: _, names: _spelt, ...rest } = image;
    return {
      digest,
      platform: this.#alike.platform(image),
      indexes: listOf(indexes),
      names: listOf(names),
      ...rest,
      ...(scan !== undefined && {
        scan: {
          ...this.#pool.take(scan),
          scanners: this.#alike.scanners(scan),
          omitted: this.#alike.omitted(scan),
        },
      }),
    };
  }

  #all(digests: readonly string[]): readonly KnownImage[] {
    return digests.flatMap((digest) => this.#images.get(digest) ?? []);
  }
}

function nameKey(image: NamedImage | undefined): readonly string[] {
  return image?.tag === undefined ? [] : [`${image.name}:${image.tag}`];
}
