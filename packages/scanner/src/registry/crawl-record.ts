import { CodedError, printable } from '@bulkhead/core';

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

const MAX_PROBLEMS = 1000;

/** What a crawl has done so far, what it could not look at, and whether that was the registry's fault or ours. */
export class CrawlRecord {
  readonly counts = {
    repositories: 0,
    tags: 0,
    requested: 0,
    alreadyQueued: 0,
    alreadyScanned: 0,
    dead: 0,
    otherArtifacts: 0,
    signed: 0,
  };
  /** Digests of the images seen. */
  readonly images = new Set<string>();
  readonly #problems: string[] = [];
  #moreProblems = 0;
  readonly #failures = new Set<unknown>();

  problem(what: string, why: unknown): void {
    if (this.#problems.length >= MAX_PROBLEMS) {
      this.#moreProblems += 1;
      return;
    }
    const reason =
      why instanceof CodedError ? `${why.code}: ${why.message}` : why instanceof Error ? why.message : String(why);
    this.#problems.push(printable(`${what}: ${reason}`, 500));
  }

  /**
   * Awaits our own side. A store or queue that does not answer is no problem of the registry's: a crawl that went on would
   * end as if it had asked for all images. It fails instead, and is tried again.
   */
  async ours<Result>(work: Promise<Result>): Promise<Result> {
    try {
      return await work;
    } catch (error) {
      this.#failures.add(error);
      throw error;
    }
  }

  isOurs(error: unknown): boolean {
    return this.#failures.has(error);
  }

  report(registry: string): CrawlReport {
    const more = this.#moreProblems === 0 ? [] : [`and ${this.#moreProblems} more problems`];
    return { registry, ...this.counts, images: this.images.size, problems: [...this.#problems, ...more] };
  }
}
