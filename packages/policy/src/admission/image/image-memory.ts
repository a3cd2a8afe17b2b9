import { type NamedImage, namedImage } from '../image-name.ts';
import { ImageIndex } from './image-index.ts';
import type { ImageKnowledge } from './knowledge.ts';
import type { KnownImage } from './known-image.ts';
import type { HashKey } from './packed/keyed-hash.ts';
import { packedSecrets, packedVulnerabilities } from './packed/pack-finding.ts';
import { type NumberedImage, packedImages } from './packed/pack-image.ts';
import { RecordPool } from './packed/record-pool.ts';
import { RecordReader } from './packed/record-reader.ts';
import { RecordStore } from './packed/record-store.ts';
import { RecordWriter } from './packed/record-writer.ts';

/**
 * Images in memory, by digest, by the digests of indexes and by tags. Images of one base have most of their findings in
 * common, and the same finding is kept once. All of it is kept as bytes, where no collection of garbage looks at it, and made objects
 * of when it is asked for. Setting, removing and finding take time linear in one image, not in all.
 */
export class ImageMemory implements ImageKnowledge {
  readonly #images = new RecordStore();
  readonly #writer = new RecordWriter();
  readonly #vulnerabilities: RecordPool<Vulnerability>;
  readonly #secrets: RecordPool<Secret>;
  /** The number of each image, by its digest. */
  readonly #numbers = new Map<string, number>();
  /** By the digest of an index, and by tag. */
  readonly #byIndex = new ImageIndex();
  readonly #byName = new ImageIndex();
  /** By the last entry of a chain, which is the whole image. */
  readonly #byChain = new ImageIndex();
  doubt: string | undefined;

  constructor() {
    const [first = 0, second = 0] = crypto.getRandomValues(new Int32Array(2));
    const key: HashKey = [first, second];
    this.#vulnerabilities = new RecordPool(packedVulnerabilities, key);
    this.#secrets = new RecordPool(packedSecrets, key);
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** Different findings that are kept. */
  get findings(): number {
    return this.#vulnerabilities.size + this.#secrets.size;
  }

  /** Memory that it takes, but for the texts that lead to images. */
  get bytes(): number {
    return this.#images.bytes + this.#vulnerabilities.bytes + this.#secrets.bytes;
  }

  has(digest: string): boolean {
    return this.#numbers.has(digest);
  }

  /** Takes an image in, in place of what was known of the same digest. */
  set(image: KnownImage): void {
    this.remove(image.digest);
    const names = [...new Set(image.names.flatMap((text) => nameKey(namedImage(text))))];
    packedImages.pack(this.#numbered({ ...image, names }), this.#writer);
    const number = this.#images.add(this.#writer.take());
    this.#numbers.set(image.digest, number);
    for (const index of image.indexes) this.#byIndex.add(index, number);
    for (const name of names) this.#byName.add(name, number);
    const whole = image.chain?.at(-1);
    if (whole !== undefined) this.#byChain.add(whole, number);
  }

  remove(digest: string): void {
    const number = this.#numbers.get(digest);
    if (number === undefined) return;
    const { indexes, names, chain, scan } = this.#stored(number);
    this.#numbers.delete(digest);
    this.#images.remove(number);
    for (const index of indexes) this.#byIndex.remove(index, number);
    for (const name of names) this.#byName.remove(name, number);
    const whole = chain?.at(-1);
    if (whole !== undefined) this.#byChain.remove(whole, number);
    for (const one of scan?.vulnerabilities ?? []) this.#vulnerabilities.release(one);
    for (const one of scan?.secrets ?? []) this.#secrets.release(one);
  }

  /** Removes every image whose digest is not among those. */
  retain(digests: ReadonlySet<string>): void {
    for (const digest of this.#numbers.keys()) if (!digests.has(digest)) this.remove(digest);
  }

  find(image: NamedImage): readonly KnownImage[] {
    // What is pinned is what its digest says, whatever stands before it.
    if (image.digest !== undefined) {
      const one = this.#numbers.get(image.digest);
      return this.#all(one === undefined ? this.#byIndex.of(image.digest) : [one]);
    }
    const [key] = nameKey(image);
    return key === undefined ? [] : this.#all(this.#byName.of(key));
  }

  basesOf({ chain = [] }: KnownImage): readonly KnownImage[] {
    return chain.flatMap((whole) => this.#all(this.#byChain.of(whole)));
  }

  #all(numbers: readonly number[]): readonly KnownImage[] {
    const images = numbers.map((number) => this.#image(number));
    return images.length < 2 ? images : images.toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
  }

  #image(number: number): KnownImage {
    const { scan, ...rest } = this.#stored(number);
    if (scan === undefined) return rest;
    const vulnerabilities = scan.vulnerabilities.map((one) => this.#vulnerabilities.get(one));
    const secrets = scan.secrets.map((one) => this.#secrets.get(one));
    return { ...rest, scan: { ...scan, vulnerabilities, secrets } };
  }

  #stored(number: number): NumberedImage {
    return packedImages.unpack(new RecordReader(this.#images.place(number)));
  }

  #numbered({ scan, ...rest }: KnownImage): NumberedImage {
    if (scan === undefined) return rest;
    const vulnerabilities = scan.vulnerabilities.map((one) => this.#vulnerabilities.take(one));
    const secrets = scan.secrets.map((one) => this.#secrets.take(one));
    return { ...rest, scan: { ...scan, vulnerabilities, secrets } };
  }
}

type Scan = NonNullable<KnownImage['scan']>;
type Vulnerability = Scan['vulnerabilities'][number];
type Secret = Scan['secrets'][number];

function nameKey(image: NamedImage | undefined): readonly string[] {
  return image?.tag === undefined ? [] : [`${image.name}:${image.tag}`];
}
