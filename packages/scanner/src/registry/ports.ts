import type { Inventory } from '../image/inventory.ts';
import type { SignatureMaterial } from '../signature/material.ts';
import type {
  Difference,
  ImagePlace,
  ImageScanner,
  Judgement,
  PackageKey,
  PlatformImage,
  ScanEvent,
  SignatureCheck,
  StoredScan,
  WantedImage,
} from './stored-scan.ts';
import type { WatchedRegistry } from './watched-registry.ts';

/** What a registry says about itself. Rejects with a coded error when it cannot be asked. */
export interface RegistryCatalog {
  /** Names of all repositories. Not every registry tells. */
  repositories(signal: AbortSignal): AsyncIterable<string>;
  tags(repository: string, signal: AbortSignal): AsyncIterable<string>;
  /** The digest a tag has now; nothing when the tag is gone. Costs no pull. */
  resolve(repository: string, tag: string, signal: AbortSignal): Promise<string | undefined>;
  /** The images behind the digest of a manifest or an index, of every platform. */
  images(repository: string, digest: string, signal: AbortSignal): Promise<readonly PlatformImage[]>;
  /** The signatures that lie beside a manifest or an index, as they are: nothing of them is verified. */
  signatures(repository: string, digest: string, signal: AbortSignal): Promise<readonly SignatureMaterial[]>;
}

/** Looks into an image. Rejects with a coded error when nothing can be said about it. */
export interface ImageInspector {
  /** What it looks for. */
  readonly scanners: readonly ImageScanner[];
  inspect(
    place: ImagePlace,
    signal: AbortSignal,
  ): Promise<{ readonly image: PlatformImage; readonly inventory: Inventory; readonly layers: readonly string[] }>;
}

/** Judges inventories by the advisory database as it is at the moment of the call. */
export interface InventoryJudge {
  /** `lookedUp` has `EVERY_IMAGE` among its keys. Throws a coded error where nothing can be said about it. */
  judge(inventory: Inventory): Judgement;
  /** Which state of the database the next judgement uses. */
  readonly database: string;
}

/** Takes requests to scan an image, once for each digest however often it is asked. */
export interface ScanRequests {
  /** `dead`: it failed for good before, and waits for a person. */
  request(place: ImagePlace): Promise<'queued' | 'already-queued' | 'dead'>;
}

/** A tag and the images behind it. */
export interface TagSighting {
  readonly tag: string;
  /** What the tag pointed to: the digest of a manifest or an index. */
  readonly digest: string;
}

export interface RegistryStore {
  add(registry: WatchedRegistry): Promise<'added' | 'exists'>;
  /** Images that no other registry has are forgotten with it. */
  remove(name: string): Promise<'removed' | 'absent'>;
  get(name: string): Promise<WatchedRegistry | undefined>;
  /** Sorted by name. */
  list(): Promise<readonly WatchedRegistry[]>;
  /** Notes how a crawl ended. */
  noteCrawl(name: string, crawl: CrawlNote): Promise<void>;
  status(name: string): Promise<RegistryStatus | undefined>;
}

/** Wishes that images be scanned, kept until a worker has taken them. */
export interface WantedImages {
  /** Keeps them, each once. What is beyond the bound of the store is not kept: the number of those that are, or were before. */
  want(images: readonly WantedImage[]): Promise<number>;
  /** The oldest of them. */
  wanted(limit: number): Promise<readonly WantedImage[]>;
  /** Forgets those that are taken care of. */
  settle(images: readonly WantedImage[]): Promise<void>;
}

export interface CrawlNote {
  readonly startedAt: string;
  readonly finishedAt: string;
  /** One line for each thing that could not be looked at. */
  readonly problems: readonly string[];
}

export interface RegistryStatus {
  readonly name: string;
  readonly repositories: number;
  readonly tags: number;
  readonly images: {
    readonly pending: number;
    readonly complete: number;
    readonly partial: number;
    readonly failed: number;
  };
  /** Vulnerabilities that count, by severity, over all images of the registry. */
  readonly findings: Readonly<Record<string, number>>;
  /** Secrets in them. */
  readonly secrets: number;
  readonly crawl?: CrawlNote;
}

export interface ScanStore {
  /** The images behind a digest that was seen before; nothing for one that was not. */
  imagesOf(digest: string): Promise<readonly PlatformImage[] | undefined>;
  /** Notes what is behind a digest. */
  noteImages(digest: string, images: readonly PlatformImage[]): Promise<void>;
  /** Notes where the tags of a repository point to. With `complete`, tags that are not among them are gone. */
  noteTags(registry: string, repository: string, tags: readonly TagSighting[], complete: boolean): Promise<void>;
  /**
   * Keeps whose signatures were found in a registry, in place of what was known of the same digests there. What is not known any
   * more is passed over.
   */
  noteSignatures(registry: string, checks: readonly SignatureCheck[]): Promise<void>;
  /** Those of the digests that have not been scanned, or not for all of that. */
  unscanned(digests: readonly string[], scanners: readonly ImageScanner[]): Promise<readonly string[]>;

  /**
   * Keeps a first scan and its event, both or neither. One that looked for more takes the place of an earlier one, and of
   * its events only a difference is added. `known`: the image had been scanned for all of it, nothing was changed.
   */
  record(scan: StoredScan): Promise<'recorded' | 'known'>;
  /** Notes that an image could not be scanned. A scan that succeeds later takes the note away. */
  noteFailure(
    digest: string,
    failure: { readonly code: string; readonly message: string; readonly at: string },
  ): Promise<void>;
  scan(digest: string): Promise<StoredScan | undefined>;

  /** Digests of the scanned images whose judgement looked up one of the keys: one look-up in the inverted index. Sorted. */
  affectedBy(keys: readonly PackageKey[]): Promise<readonly string[]>;
  /**
   * Judges a stored image again and keeps the new findings and the event of a difference, both or neither: once more where
   * another did so meanwhile, who may have known less or more. Nothing when the image is not there any more.
   */
  rejudge(
    digest: string,
    cause: string,
    at: string,
    judge: (scan: StoredScan) => Judgement,
  ): Promise<Difference | undefined>;
  /** The state of the advisory database that all stored images are judged by, or are about to be. */
  judgedBy(): Promise<string | undefined>;
  noteJudgedBy(database: string): Promise<void>;
  /** What happened after an event, oldest first. */
  events(after: number, limit: number): Promise<readonly ScanEvent[]>;
  /** The events of one cause. */
  eventsOf(cause: string): Promise<readonly ScanEvent[]>;
}
