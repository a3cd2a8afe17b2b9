import { type Clock, CodedError, isDigest, printable } from '@bulkhead/core';
import { checkSignatures } from './check-signatures.ts';
import { eachAtOnce, portions } from './in-portions.ts';
import { isWanted, spelledOut } from './name-pattern.ts';
import type { RegistryCatalog, RegistryStore, ScanRequests, ScanStore, TagSighting } from './ports.ts';
import { type ReadTrust, readTrust, type SignatureTrustStore } from './signature-trust.ts';
import type { ImageScanner, PlatformImage, WantedImage } from './stored-scan.ts';
import type { WatchedRegistry } from './watched-registry.ts';

export interface CrawlPorts {
  readonly catalog: RegistryCatalog;
  readonly registries: Pick<RegistryStore, 'noteCrawl'>;
  readonly scans: Pick<ScanStore, 'imagesOf' | 'noteImages' | 'noteSignatures' | 'noteTags' | 'unscanned'>;
  readonly requests: ScanRequests;
  /** What signatures are held against beside what the registry names. */
  readonly trust: Pick<SignatureTrustStore, 'get'>;
  /** An image counts as scanned when it was scanned for all of these. */
  readonly scanners: readonly ImageScanner[];
  readonly clock: Clock;
}

/** What a crawl did, in numbers, and what it could not look at. */
export interface CrawlReport {
  readonly registry: string;
  readonly repositories: number;
  readonly tags: number;
  /** Different images (by digest) behind those tags, of the platforms that are watched. */
  readonly images: number;
  readonly requested: number;
  readonly alreadyQueued: number;
  readonly alreadyScanned: number;
  /** They failed for good before; a person has to decide. */
  readonly dead: number;
  /** Tags of what is no image: signatures, charts, attestations. */
  readonly otherArtifacts: number;
  /** Digests that tags lead to and that are signed by one of the keys, or by somebody whom a trust root knows. */
  readonly signed: number;
  readonly problems: readonly string[];
}

export interface CrawlOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (repositories: number, tags: number) => void;
}

/** Enough that a round trip of 50 ms does not slow a crawl down, few enough that no registry takes it for an attack. */
const TAGS_AT_ONCE = 8;
/** Tags are noted and their images requested in portions: scanning begins while the crawl goes on. */
const PORTION = 200;
/** A registry that never stops listing must not keep a crawl for ever, nor fill the memory. */
const MAX_REPOSITORIES = 100_000;
const MAX_TAGS = 100_000;
const MAX_PROBLEMS = 1000;

/** OCI distribution 1.1: names of repositories and tags. Anything else from a registry is not used to make a URL. */
const REPOSITORY = /^[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const MAX_REPOSITORY_NAME = 255;
/**
 * Tags under which lies what belongs to an image: cosign's signatures, attestations and SBOMs, which say of themselves that they are
 * images, and lists of referrers.
 */
const BESIDE_AN_IMAGE = /^sha256-[0-9a-f]{64}(\.(sig|att|sbom))?$/;

/**
 * Looks at every wanted tag of a registry and requests a scan of each image that is not scanned yet. Nothing is pulled:
 * a tag costs one request, a digest that was seen before none. What cannot be looked at is a problem of the report and
 * does not keep the rest from it.
 */
export async function crawlRegistry(
  registry: WatchedRegistry,
  ports: CrawlPorts,
  options: CrawlOptions,
): Promise<CrawlReport> {
  const startedAt = new Date(ports.clock.now()).toISOString();
  const crawl = new Crawl(registry, ports, options);
  await crawl.run();
  const report = crawl.report();
  const finishedAt = new Date(ports.clock.now()).toISOString();
  await ports.registries.noteCrawl(registry.name, { startedAt, finishedAt, problems: report.problems });
  return report;
}

/** As `crawlRegistry`, of one tag or digest alone: what else the registry has is not looked at, and no tag is taken for gone. */
export async function crawlReference(
  registry: WatchedRegistry,
  { repository, reference }: Pick<WantedImage, 'repository' | 'reference'>,
  ports: CrawlPorts,
  options: CrawlOptions,
): Promise<CrawlReport> {
  const crawl = new Crawl(registry, ports, options);
  await crawl.reference(repository, reference);
  return crawl.report();
}

class Crawl {
  readonly #registry: WatchedRegistry;
  readonly #ports: CrawlPorts;
  readonly #options: CrawlOptions;
  readonly #images = new Set<string>();
  readonly #counts = {
    repositories: 0,
    tags: 0,
    requested: 0,
    alreadyQueued: 0,
    alreadyScanned: 0,
    dead: 0,
    otherArtifacts: 0,
    signed: 0,
  };
  readonly #problems: string[] = [];
  #moreProblems = 0;
  readonly #failures = new Set<unknown>();
  #trust: Promise<ReadTrust> | undefined;

  constructor(registry: WatchedRegistry, ports: CrawlPorts, options: CrawlOptions) {
    this.#registry = registry;
    this.#ports = ports;
    this.#options = options;
  }

  async run(): Promise<void> {
    try {
      for await (const repository of this.#repositories()) {
        await this.#repository(repository);
        this.#counts.repositories += 1;
        this.#options.onProgress?.(this.#counts.repositories, this.#counts.tags);
      }
    } catch (error) {
      // Without its list of repositories there is nothing of the registry to look at.
      if (this.#options.signal.aborted || this.#counts.repositories === 0 || this.#isOurs(error)) throw error;
      this.#problem('the list of repositories broke off', error);
    }
  }

  async reference(repository: string, reference: string): Promise<void> {
    const failed = (what: string, error: unknown): void => {
      this.#options.signal.throwIfAborted();
      this.#problem(what, error);
    };
    const { repositories, tags, name } = this.#registry;
    if (!isWanted(repositories, repository)) return;
    let found: readonly TagSighting[] = [{ tag: reference, digest: reference }];
    if (!isDigest(reference)) {
      if (!isWanted(tags, reference) || BESIDE_AN_IMAGE.test(reference) || !TAG.test(reference)) return;
      found = await this.#look(repository, [reference], failed);
      await this.#ours(this.#ports.scans.noteTags(name, repository, found, false));
    }
    const ofImages = await this.#requestImages(repository, found, failed);
    await this.#checkSignatures(repository, ofImages, failed);
  }

  report(): CrawlReport {
    const more = this.#moreProblems === 0 ? [] : [`and ${this.#moreProblems} more problems`];
    const problems = [...this.#problems, ...more];
    return { registry: this.#registry.name, ...this.#counts, images: this.#images.size, problems };
  }

  async *#repositories(): AsyncGenerator<string> {
    const { repositories: filter } = this.#registry;
    const named = spelledOut(filter);
    let seen = 0;
    for await (const name of named ?? this.#ports.catalog.repositories(this.#options.signal)) {
      this.#options.signal.throwIfAborted();
      seen += 1;
      if (seen > MAX_REPOSITORIES) {
        this.#problem(`more than ${MAX_REPOSITORIES} repositories`, 'narrow repositories.include');
        return;
      }
      if (!isWanted(filter, name)) continue;
      if (name.length <= MAX_REPOSITORY_NAME && REPOSITORY.test(name)) yield name;
      else this.#problem(`repository ${JSON.stringify(printable(name, 80))}`, 'it is no valid name');
    }
  }

  async #repository(repository: string): Promise<void> {
    const { signal } = this.#options;
    const sightings: TagSighting[] = [];
    let complete = true;
    const failed = (what: string, error: unknown): void => {
      signal.throwIfAborted();
      complete = false;
      this.#problem(what, error);
    };
    try {
      for await (const tags of portions(this.#wantedTags(repository), PORTION)) {
        const found = await this.#look(repository, tags, failed);
        sightings.push(...found);
        await this.#ours(this.#ports.scans.noteTags(this.#registry.name, repository, found, false));
        const ofImages = await this.#requestImages(repository, found, failed);
        // Images are signed after they were pushed, so that a scan may come before: each crawl asks again.
        await this.#checkSignatures(repository, ofImages, failed);
      }
    } catch (error) {
      if (this.#isOurs(error)) throw error;
      failed(`tags of ${repository}`, error);
    }
    // Only a list that was read to its end says that a tag is not there any more.
    if (complete) await this.#ours(this.#ports.scans.noteTags(this.#registry.name, repository, sightings, true));
  }

  async *#wantedTags(repository: string): AsyncGenerator<string> {
    let seen = 0;
    for await (const tag of this.#ports.catalog.tags(repository, this.#options.signal)) {
      this.#options.signal.throwIfAborted();
      seen += 1;
      if (seen > MAX_TAGS) throw new Error(`it has more than ${MAX_TAGS} tags`);
      if (!isWanted(this.#registry.tags, tag)) continue;
      if (BESIDE_AN_IMAGE.test(tag)) {
        this.#counts.otherArtifacts += 1;
        continue;
      }
      if (TAG.test(tag)) yield tag;
      else this.#problem(`tag ${JSON.stringify(printable(tag, 80))} of ${repository}`, 'it is no valid name');
    }
  }

  async #look(
    repository: string,
    tags: readonly string[],
    failed: (what: string, error: unknown) => void,
  ): Promise<TagSighting[]> {
    const found = await eachAtOnce(tags, TAGS_AT_ONCE, async (tag): Promise<TagSighting | undefined> => {
      try {
        const digest = await this.#ports.catalog.resolve(repository, tag, this.#options.signal);
        this.#counts.tags += 1;
        return digest === undefined ? undefined : { tag, digest };
      } catch (error) {
        failed(`${repository}:${tag}`, error);
        return undefined;
      }
    });
    return found.filter((sighting) => sighting !== undefined);
  }

  async #requestImages(
    repository: string,
    sightings: readonly TagSighting[],
    failed: (what: string, error: unknown) => void,
  ): Promise<ReadonlyMap<string, string>> {
    const tagByDigest = new Map(sightings.map(({ tag, digest }) => [digest, tag]));
    const found = await eachAtOnce([...tagByDigest], TAGS_AT_ONCE, async ([digest, tag]) => {
      try {
        const images = await this.#imagesBehind(repository, digest, tag);
        if (images.length === 0) tagByDigest.delete(digest);
        return images;
      } catch (error) {
        if (this.#isOurs(error)) throw error;
        failed(`${repository}:${tag}`, error);
        return [];
      }
    });
    const fresh = [...new Set(found.flat())].filter((digest) => !this.#images.has(digest));
    for (const digest of fresh) this.#images.add(digest);
    const unscanned = await this.#ours(this.#ports.scans.unscanned(fresh, this.#ports.scanners));
    this.#counts.alreadyScanned += fresh.length - unscanned.length;
    for (const digest of unscanned) {
      const request = { registry: this.#registry.name, repository, digest };
      const outcome = await this.#ours(this.#ports.requests.request(request));
      this.#counts[COUNTED[outcome]] += 1;
    }
    return tagByDigest;
  }

  /** Two requests for each digest, where there is something to hold signatures against. */
  async #checkSignatures(
    repository: string,
    tagByDigest: ReadonlyMap<string, string>,
    failed: (what: string, error: unknown) => void,
  ): Promise<void> {
    const trust = await this.#ours(this.#trustOnce());
    if (trust.keys.length + trust.roots.length === 0) return;
    const checks = await eachAtOnce([...tagByDigest], TAGS_AT_ONCE, async ([digest, tag]) => {
      try {
        const materials = await this.#ports.catalog.signatures(repository, digest, this.#options.signal);
        return await checkSignatures(digest, materials, trust);
      } catch (error) {
        failed(`signatures of ${repository}:${tag}`, error);
        return undefined;
      }
    });
    const found = checks.filter((check) => check !== undefined);
    await this.#ours(this.#ports.scans.noteSignatures(this.#registry.name, found));
    this.#counts.signed += found.filter(({ verified, signers }) => verified.length + signers.length > 0).length;
  }

  /** One crawl holds all that it sees against the same. */
  #trustOnce(): Promise<ReadTrust> {
    this.#trust ??= this.#ports.trust.get().then((named) => readTrust(this.#registry, named));
    return this.#trust;
  }

  async #imagesBehind(repository: string, digest: string, tag: string): Promise<string[]> {
    const { catalog, scans } = this.#ports;
    let images = await this.#ours(scans.imagesOf(digest));
    if (images === undefined) {
      images = await catalog.images(repository, digest, this.#options.signal);
      await this.#ours(scans.noteImages(digest, images));
    }
    if (images.length === 0) {
      this.#counts.otherArtifacts += 1;
      return [];
    }
    const wanted = images.filter((image) => isWatched(this.#registry.platforms, image));
    if (wanted.length === 0) {
      const there = images.map(platformOf).join(', ');
      this.#problem(
        `${repository}:${tag}`,
        `it has no image for ${this.#registry.platforms.join(', ')}, only for ${there}`,
      );
    }
    return wanted.map((image) => image.digest);
  }

  /**
   * Awaits our own side. A store or queue that does not answer is no problem of the registry's: a crawl that went on would
   * end as if it had asked for all images. It fails instead, and is tried again.
   */
  async #ours<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.#failures.add(error);
      throw error;
    }
  }

  #isOurs(error: unknown): boolean {
    return this.#failures.has(error);
  }

  #problem(what: string, why: unknown): void {
    if (this.#problems.length >= MAX_PROBLEMS) {
      this.#moreProblems += 1;
      return;
    }
    const reason =
      why instanceof CodedError ? `${why.code}: ${why.message}` : why instanceof Error ? why.message : String(why);
    this.#problems.push(printable(`${what}: ${reason}`, 500));
  }
}

const COUNTED = { queued: 'requested', 'already-queued': 'alreadyQueued', dead: 'dead' } as const;

/** As users write it: `linux/arm/v7`. */
export function platformOf({ os, architecture, variant }: PlatformImage): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/** `linux/arm64` means every variant of it, as it does for container runtimes. */
function isWatched(platforms: readonly string[], image: PlatformImage): boolean {
  if (platforms.length === 0) return true;
  const exact = platformOf(image);
  return platforms.includes(exact) || platforms.includes(`${image.os}/${image.architecture}`);
}
