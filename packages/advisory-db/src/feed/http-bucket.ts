import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { AdvisoryDbError } from '../error.ts';
import { type Bucket, ecosystemNames, type LocalFile } from './bucket.ts';
import { HttpClient, type HttpPatience, unreachable, withoutCredentials } from './http-client.ts';
import { MAX_RECORD_BYTES } from './osv-schema.ts';
import type { OnBytes } from './progress.ts';
import type { Resource } from './resource.ts';

/** There are 300 lines; the largest archive, npm's, has 210 MB. */
const MAX_LIST_BYTES = 1024 * 1024;
const MAX_ARCHIVE_BYTES = 8 * 1024 ** 3;

/** A server with the bucket's layout below a URL: the OSV bucket itself, or any mirror of its files. */
export class HttpBucket implements Bucket {
  readonly location: string;
  readonly #base: string;
  readonly #client: HttpClient;

  constructor(url: string, patience: Partial<HttpPatience> = {}) {
    this.#base = url.replace(/\/+$/, '');
    this.location = withoutCredentials(this.#base).address;
    this.#client = new HttpClient(patience);
  }

  async ecosystems(signal: AbortSignal): Promise<readonly string[]> {
    const url = `${this.#base}/ecosystems.txt`;
    const text = await this.#client.whole(url, MAX_LIST_BYTES, signal);
    const names = text === undefined ? [] : ecosystemNames(text.toString('latin1').split('\n'));
    if (names.length > 0) return names;
    throw new AdvisoryDbError('FEED_INVALID', {
      what: `${JSON.stringify(this.location)} is no OSV bucket`,
      why: text === undefined ? 'it has no ecosystems.txt' : 'its ecosystems.txt names none',
      fix: 'check the address, or name the ecosystems with --ecosystem',
    });
  }

  async archive(
    ecosystem: string,
    scratch: string,
    signal: AbortSignal,
    onBytes?: OnBytes,
  ): Promise<LocalFile | undefined> {
    const path = join(scratch, `.${randomUUID()}.zip.part`);
    const dispose = (): Promise<void> => rm(path, { force: true });
    try {
      if (await this.#download(this.#url(ecosystem, 'all.zip'), path, signal, onBytes)) return { path, dispose };
    } catch (error) {
      await dispose();
      throw error;
    }
    await dispose();
    return undefined;
  }

  async modified(ecosystem: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array> | undefined> {
    return this.#client.open(this.#url(ecosystem, 'modified_id.csv'), signal);
  }

  async record(ecosystem: string, id: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return this.#client.whole(this.#url(ecosystem, `${id}.json`), MAX_RECORD_BYTES, signal);
  }

  #url(ecosystem: string, file: string): string {
    return `${this.#base}/${encodeURIComponent(ecosystem)}/${encodeURIComponent(file)}`;
  }

  /** Fetches into a file and goes on where a cut connection ended, as long as the server has the same thing. */
  async #download(url: string, path: string, signal: AbortSignal, onBytes: OnBytes): Promise<boolean> {
    const file = await open(path, 'w');
    try {
      let size = 0;
      let tag: string | null = null;
      return await this.#client.attempt(url, signal, async () => {
        const resume: Record<string, string> =
          tag === null || size === 0 ? {} : { range: `bytes=${size}-`, 'if-range': tag };
        const body = await this.#client.request(url, signal, resume);
        if (body === undefined) return false;
        if (body.status !== 206) {
          size = 0;
          await file.truncate(0);
        } else if (!body.headers.get('content-range')?.startsWith(`bytes ${size}-`)) {
          throw unreachable(url, 'the server sent another part than was asked for');
        }
        const { headers } = body;
        // A weak tag does not promise equal bytes.
        tag = headers.get('etag')?.startsWith('W/') === false ? headers.get('etag') : null;
        const length = headers.get('content-length');
        const total = length === null ? undefined : size + Number(length);
        for await (const piece of body.pieces) {
          if (size + piece.length > MAX_ARCHIVE_BYTES)
            throw unreachable(url, `it has more than ${MAX_ARCHIVE_BYTES} bytes`);
          await file.write(piece, 0, piece.length, size);
          size += piece.length;
          onBytes?.(size, total);
        }
        return true;
      });
    } finally {
      await file.close();
    }
  }
}

/** EPSS has 3 MB compressed, KEV 1.3. */
const MAX_CATALOGUE_BYTES = 256 * 1024 * 1024;

/** A catalogue at a URL. */
export function urlResource(url: string, patience: Partial<HttpPatience> = {}): Resource {
  const client = new HttpClient(patience);
  return {
    location: withoutCredentials(url).address,
    async *read(signal) {
      const bytes = await client.whole(url, MAX_CATALOGUE_BYTES, signal);
      if (bytes === undefined) throw unreachable(url, 'there is nothing at this address');
      yield bytes;
    },
  };
}

/** Something at a URL that is too large for memory: what fails on the way is not tried again. */
export function urlStream(url: string, patience: Partial<HttpPatience> = {}): Resource {
  const client = new HttpClient(patience);
  return {
    location: withoutCredentials(url).address,
    async *read(signal) {
      const pieces = await client.open(url, signal);
      if (pieces === undefined) throw unreachable(url, 'there is nothing at this address');
      yield* pieces;
    },
  };
}
