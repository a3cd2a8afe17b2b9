import { checkSignatures } from './check-signatures.ts';
import type { CrawlPorts } from './crawl-ports.ts';
import type { CrawlRecord } from './crawl-record.ts';
import { eachAtOnce } from './in-portions.ts';
import { isWatched, platformOf } from './platform.ts';
import type { TagSighting } from './ports.ts';
import { type ReadTrust, readTrust } from './signature-trust.ts';
import type { WatchedRegistry } from './watched-registry.ts';

/** Enough that a round trip of 50 ms does not slow a crawl down, few enough that no registry takes it for an attack. */
const TAGS_AT_ONCE = 8;
const COUNTED = { queued: 'requested', 'already-queued': 'alreadyQueued', dead: 'dead' } as const;

/** Takes what cannot be looked at, and why. Throws when the crawl is to end. */
export type Failed = (what: string, error: unknown) => void;

/** What a crawl does with some tags of a repository: finds the images behind them, requests their scans and checks their signatures. */
export class CrawledTags {
  readonly #registry: WatchedRegistry;
  readonly #ports: CrawlPorts;
  readonly #record: CrawlRecord;
  readonly #signal: AbortSignal;
  #trust: Promise<ReadTrust> | undefined;

  constructor(registry: WatchedRegistry, ports: CrawlPorts, record: CrawlRecord, signal: AbortSignal) {
    this.#registry = registry;
    this.#ports = ports;
    this.#record = record;
    this.#signal = signal;
  }

  /** Looks at tags, and takes in the images behind them. Which digests they lead to. */
  async take(repository: string, tags: readonly string[], failed: Failed): Promise<readonly TagSighting[]> {
    const found = await this.#look(repository, tags, failed);
    await this.#record.ours(this.#ports.scans.noteTags(this.#registry.name, repository, found, false));
    await this.takeImages(repository, found, failed);
    return found;
  }

  /** Requests scans of the images behind digests, and looks at the signatures of those. */
  async takeImages(repository: string, sightings: readonly TagSighting[], failed: Failed): Promise<void> {
    const ofImages = await this.#request(repository, sightings, failed);
    // Images are signed after they were pushed, so that a scan may come before: each crawl asks again.
    await this.#checkSignatures(repository, ofImages, failed);
  }

  async #look(repository: string, tags: readonly string[], failed: Failed): Promise<TagSighting[]> {
    const found = await eachAtOnce(tags, TAGS_AT_ONCE, async (tag): Promise<TagSighting | undefined> => {
      try {
        const digest = await this.#ports.catalog.resolve(repository, tag, this.#signal);
        this.#record.counts.tags += 1;
        return digest === undefined ? undefined : { tag, digest };
      } catch (error) {
        failed(`${repository}:${tag}`, error);
        return undefined;
      }
    });
    return found.filter((sighting) => sighting !== undefined);
  }

  /** Requests scans of what is not scanned yet. Gives those digests behind which are images, each with its tag. */
  async #request(
    repository: string,
    sightings: readonly TagSighting[],
    failed: Failed,
  ): Promise<ReadonlyMap<string, string>> {
    const tagByDigest = new Map(sightings.map(({ tag, digest }) => [digest, tag]));
    const found = await eachAtOnce([...tagByDigest], TAGS_AT_ONCE, async ([digest, tag]) => {
      try {
        const images = await this.#imagesBehind(repository, digest, tag);
        if (images.length === 0) tagByDigest.delete(digest);
        return images;
      } catch (error) {
        if (this.#record.isOurs(error)) throw error;
        failed(`${repository}:${tag}`, error);
        return [];
      }
    });
    const fresh = [...new Set(found.flat())].filter((digest) => !this.#record.images.has(digest));
    for (const digest of fresh) this.#record.images.add(digest);
    const unscanned = await this.#record.ours(this.#ports.scans.unscanned(fresh, this.#ports.scanners));
    this.#record.counts.alreadyScanned += fresh.length - unscanned.length;
    for (const digest of unscanned) {
      const request = { registry: this.#registry.name, repository, digest };
      const outcome = await this.#record.ours(this.#ports.requests.request(request));
      this.#record.counts[COUNTED[outcome]] += 1;
    }
    return tagByDigest;
  }

  /** Two requests for each digest, where there is something to hold signatures against. */
  async #checkSignatures(repository: string, tagByDigest: ReadonlyMap<string, string>, failed: Failed): Promise<void> {
    const trust = await this.#record.ours(this.#trustOnce());
    if (trust.keys.length + trust.roots.length === 0) return;
    const checks = await eachAtOnce([...tagByDigest], TAGS_AT_ONCE, async ([digest, tag]) => {
      try {
        const materials = await this.#ports.catalog.signatures(repository, digest, this.#signal);
        return await checkSignatures(digest, materials, trust);
      } catch (error) {
        failed(`signatures of ${repository}:${tag}`, error);
        return undefined;
      }
    });
    const found = checks.filter((check) => check !== undefined);
    await this.#record.ours(this.#ports.scans.noteSignatures(this.#registry.name, found));
    this.#record.counts.signed += found.filter(({ verified, signers }) => verified.length + signers.length > 0).length;
  }

  /** One crawl holds all that it sees against the same. */
  #trustOnce(): Promise<ReadTrust> {
    this.#trust ??= this.#ports.trust.get().then((named) => readTrust(this.#registry, named));
    return this.#trust;
  }

  async #imagesBehind(repository: string, digest: string, tag: string): Promise<string[]> {
    const { catalog, scans } = this.#ports;
    let images = await this.#record.ours(scans.imagesOf(digest));
    if (images === undefined) {
      images = await catalog.images(repository, digest, this.#signal);
      await this.#record.ours(scans.noteImages(digest, images));
    }
    if (images.length === 0) {
      this.#record.counts.otherArtifacts += 1;
      return [];
    }
    const wanted = images.filter((image) => isWatched(this.#registry.platforms, image));
    if (wanted.length === 0) {
      const there = images.map(platformOf).join(', ');
      this.#record.problem(
        `${repository}:${tag}`,
        `it has no image for ${this.#registry.platforms.join(', ')}, only for ${there}`,
      );
    }
    return wanted.map((image) => image.digest);
  }
}
