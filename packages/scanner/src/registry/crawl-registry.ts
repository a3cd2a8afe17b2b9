import { isDigest, printable } from '@bulkhead/core';
import { isBesideAnImage, isRepositoryName, isTagName } from './crawl-names.ts';
import type { CrawlPorts } from './crawl-ports.ts';
import { CrawlRecord, type CrawlReport } from './crawl-record.ts';
import { CrawledTags } from './crawled-tags.ts';
import { portions } from './in-portions.ts';
import { isWanted, spelledOut } from './name-pattern.ts';
import type { TagSighting } from './ports.ts';
import type { WantedImage } from './stored-scan.ts';
import type { WatchedRegistry } from './watched-registry.ts';

export interface CrawlOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (repositories: number, tags: number) => void;
}

/** Tags are noted and their images requested in portions: scanning begins while the crawl goes on. */
const PORTION = 200;
/** A registry that never stops listing must not keep a crawl for ever, nor fill the memory. */
const MAX_REPOSITORIES = 100_000;
const MAX_TAGS = 100_000;

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
  readonly #record = new CrawlRecord();
  readonly #tags: CrawledTags;

  constructor(registry: WatchedRegistry, ports: CrawlPorts, options: CrawlOptions) {
    this.#registry = registry;
    this.#ports = ports;
    this.#options = options;
    this.#tags = new CrawledTags(registry, ports, this.#record, options.signal);
  }

  async run(): Promise<void> {
    try {
      for await (const repository of this.#repositories()) {
        await this.#repository(repository);
        this.#record.counts.repositories += 1;
        this.#options.onProgress?.(this.#record.counts.repositories, this.#record.counts.tags);
      }
    } catch (error) {
      // Without its list of repositories there is nothing of the registry to look at.
      if (this.#options.signal.aborted || this.#record.counts.repositories === 0 || this.#record.isOurs(error))
        throw error;
      this.#record.problem('the list of repositories broke off', error);
    }
  }

  async reference(repository: string, reference: string): Promise<void> {
    const failed = (what: string, error: unknown): void => {
      this.#options.signal.throwIfAborted();
      this.#record.problem(what, error);
    };
    const { repositories, tags } = this.#registry;
    if (!isWanted(repositories, repository)) return;
    if (isDigest(reference)) {
      await this.#tags.takeImages(repository, [{ tag: reference, digest: reference }], failed);
    } else if (isWanted(tags, reference) && !isBesideAnImage(reference) && isTagName(reference)) {
      await this.#tags.take(repository, [reference], failed);
    }
  }

  report(): CrawlReport {
    return this.#record.report(this.#registry.name);
  }

  async *#repositories(): AsyncGenerator<string> {
    const { repositories: filter } = this.#registry;
    const named = spelledOut(filter);
    let seen = 0;
    for await (const name of named ?? this.#ports.catalog.repositories(this.#options.signal)) {
      this.#options.signal.throwIfAborted();
      seen += 1;
      if (seen > MAX_REPOSITORIES) {
        this.#record.problem(`more than ${MAX_REPOSITORIES} repositories`, 'narrow repositories.include');
        return;
      }
      if (!isWanted(filter, name)) continue;
      if (isRepositoryName(name)) yield name;
      else this.#record.problem(`repository ${JSON.stringify(printable(name, 80))}`, 'it is no valid name');
    }
  }

  async #repository(repository: string): Promise<void> {
    const { signal } = this.#options;
    const sightings: TagSighting[] = [];
    let complete = true;
    const failed = (what: string, error: unknown): void => {
      signal.throwIfAborted();
      complete = false;
      this.#record.problem(what, error);
    };
    try {
      for await (const tags of portions(this.#wantedTags(repository), PORTION)) {
        sightings.push(...(await this.#tags.take(repository, tags, failed)));
      }
    } catch (error) {
      if (this.#record.isOurs(error)) throw error;
      failed(`tags of ${repository}`, error);
    }
    // Only a list that was read to its end says that a tag is not there any more.
    if (complete) await this.#record.ours(this.#ports.scans.noteTags(this.#registry.name, repository, sightings, true));
  }

  async *#wantedTags(repository: string): AsyncGenerator<string> {
    let seen = 0;
    for await (const tag of this.#ports.catalog.tags(repository, this.#options.signal)) {
      this.#options.signal.throwIfAborted();
      seen += 1;
      if (seen > MAX_TAGS) throw new Error(`it has more than ${MAX_TAGS} tags`);
      if (!isWanted(this.#registry.tags, tag)) continue;
      if (isBesideAnImage(tag)) {
        this.#record.counts.otherArtifacts += 1;
        continue;
      }
      if (isTagName(tag)) yield tag;
      else this.#record.problem(`tag ${JSON.stringify(printable(tag, 80))} of ${repository}`, 'it is no valid name');
    }
  }
}
