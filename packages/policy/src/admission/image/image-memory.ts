import { type NamedImage, namedImage } from '../image-name.ts';
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
  readonly #digestsByIndex = new Map<string, Set<string>>();
  readonly #digestsByName = new Map<string, Set<string>>();
  /** From the last entry of a chain, which is the whole image, to digests of images. */
  readonly #digestsByChain = new Map<string, Set<string>>();
  readonly #pool = new Pool();
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
    const { scan, ...rest } = image;
    const kept = { ...rest, names, ...(scan !== undefined && { scan: this.#pool.take(scan) }) };
    this.#images.set(image.digest, kept);
    for (const index of image.indexes) add(this.#digestsByIndex, index, image.digest);
    for (const name of names) add(this.#digestsByName, name, image.digest);
    const whole = image.chain?.at(-1);
    if (whole !== undefined) add(this.#digestsByChain, whole, image.digest);
  }

  remove(digest: string): void {
    const image = this.#images.get(digest);
    if (image === undefined) return;
    this.#images.delete(digest);
    for (const index of image.indexes) drop(this.#digestsByIndex, index, digest);
    for (const name of image.names) drop(this.#digestsByName, name, digest);
    const whole = image.chain?.at(-1);
    if (whole !== undefined) drop(this.#digestsByChain, whole, digest);
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

  #all(digests: ReadonlySet<string> = new Set()): readonly KnownImage[] {
    return [...digests].toSorted().flatMap((digest) => this.#images.get(digest) ?? []);
  }
}

function nameKey(image: NamedImage | undefined): readonly string[] {
  return image?.tag === undefined ? [] : [`${image.name}:${image.tag}`];
}

function add(map: Map<string, Set<string>>, key: string, digest: string): void {
  const there = map.get(key);
  if (there === undefined) map.set(key, new Set([digest]));
  else there.add(digest);
}

function drop(map: Map<string, Set<string>>, key: string, digest: string): void {
  const there = map.get(key);
  there?.delete(digest);
  if (there?.size === 0) map.delete(key);
}
