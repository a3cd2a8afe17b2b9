import { Readable } from 'node:stream';
import { z } from 'zod';
import { checkDigest, hashFor, isDigest, short } from '../blob/digest.ts';
import { type BlobReference, type BlobStore, collect, MAX_MANIFEST_BYTES } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { parseJson } from '../manifest/parse.ts';
import { type Descriptor, DescriptorSchema, IndexSchema } from '../manifest/schema.ts';
import { downloadBlob } from './blob-download.ts';
import type { Endpoint } from './endpoint.ts';
import { listPages } from './pages.ts';

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The most referrers and tags that one digest or repository is believed to have. */
const MAX_LISTED = 1_000_000;

const TagPage = z.object({ tags: z.array(z.string()).nullish() });
const ReferrerPage = z.object({ manifests: z.array(DescriptorSchema).nullish() });

/** Bytes to store, of a digest and size that are known. */
export interface BlobToPush {
  readonly digest: string;
  readonly size: number;
  /** Gives the bytes from the start; asked again where they have to be sent again. */
  readonly read: () => Readable;
}

function pushScope(name: string): string {
  return `repository:${name}:pull,push`;
}

/** One repository of a registry, over the API of the OCI distribution specification 1.1. */
export class Repository implements BlobStore {
  readonly #endpoint: Endpoint;
  readonly #name: string;
  readonly #scope: string;
  /** The manifest that was fetched by its tag, so that its digest need not fetch it again. */
  readonly #known = new Map<string, Buffer>();

  constructor(endpoint: Endpoint, name: string) {
    this.#endpoint = endpoint;
    this.#name = name;
    this.#scope = `repository:${name}:pull`;
  }

  /** The digest a tag stands for at this moment. Costs one small request. */
  async resolve(reference: string, signal: AbortSignal): Promise<string> {
    if (isDigest(reference)) return reference;
    const response = await this.#endpoint.request(this.#manifestPath(reference), this.#scope, signal, {
      method: 'HEAD',
      headers: { accept: MANIFEST_TYPES.join(', ') },
    });
    response.resume();
    const digest = response.headers['docker-content-digest'];
    if (typeof digest === 'string' && isDigest(digest)) return digest;
    return (await this.manifest(reference, signal)).digest;
  }

  /** Fetches the manifest or index of a tag or digest and checks it against what it is called by. */
  async manifest(reference: string, signal: AbortSignal): Promise<Descriptor> {
    const response = await this.#endpoint.request(this.#manifestPath(reference), this.#scope, signal, {
      headers: { accept: MANIFEST_TYPES.join(', ') },
    });
    const content = await collect(response, MAX_MANIFEST_BYTES, `the manifest of ${this.#name}`);
    const stated = response.headers['docker-content-digest'];
    const expected = isDigest(reference)
      ? reference
      : typeof stated === 'string' && isDigest(stated)
        ? stated
        : undefined;
    const what = `the manifest of ${this.#name} is corrupt`;
    if (expected !== undefined) checkDigest(hashFor(expected).update(content), expected, 'REGISTRY_FAILED', what);
    const digest = expected ?? `sha256:${hashFor('sha256:').update(content).digest('hex')}`;
    this.#known.set(digest, content);
    const mediaType = response.headers['content-type']?.split(';', 1)[0]?.trim() ?? '';
    return { digest, mediaType, size: content.length, annotations: {} };
  }

  async *stream(blob: BlobReference, signal: AbortSignal): AsyncGenerator<Buffer> {
    const known = this.#known.get(blob.digest);
    if (known !== undefined) {
      yield known;
      return;
    }
    if (MANIFEST_TYPES.includes(blob.mediaType)) {
      await this.manifest(blob.digest, signal);
      yield this.#known.get(blob.digest) ?? Buffer.alloc(0);
      return;
    }
    yield* downloadBlob(this.#endpoint, this.#name, blob, this.#scope, signal);
  }

  /** Stores a blob, unless the repository has it ("Pushing a blob monolithically"). */
  async putBlob(blob: BlobToPush, signal: AbortSignal): Promise<void> {
    const scope = pushScope(this.#name);
    const path = `/v2/${this.#name}/blobs/${blob.digest}`;
    const known = await this.#endpoint.request(path, scope, signal, { method: 'HEAD', accepted: [200, 404] });
    known.resume();
    if (known.statusCode === 200) return;
    const started = await this.#endpoint.request(`/v2/${this.#name}/blobs/uploads/`, scope, signal, {
      method: 'POST',
      headers: { 'content-length': '0' },
      accepted: [202],
    });
    started.resume();
    const upload = this.#endpoint.pathOf(started.headers.location ?? '//');
    if (upload === undefined) {
      throw new OciError('REGISTRY_FAILED', `${this.#endpoint.registry} does not say where it takes uploads`);
    }
    const done = await this.#endpoint.request(
      `${upload}${upload.includes('?') ? '&' : '?'}digest=${encodeURIComponent(blob.digest)}`,
      scope,
      signal,
      {
        method: 'PUT',
        headers: { 'content-type': 'application/octet-stream', 'content-length': String(blob.size) },
        body: blob.read,
        accepted: [201],
      },
    );
    done.resume();
  }

  /** Stores a manifest under a tag; gives its digest. Its blobs have to be there. */
  async putManifest(tag: string, mediaType: string, content: Buffer, signal: AbortSignal): Promise<string> {
    const put = await this.#endpoint.request(this.#manifestPath(tag), pushScope(this.#name), signal, {
      method: 'PUT',
      headers: { 'content-type': mediaType, 'content-length': String(content.length) },
      body: () => Readable.from([content]),
      accepted: [201],
    });
    put.resume();
    const digest = `sha256:${hashFor('sha256:').update(content).digest('hex')}`;
    const stated = put.headers['docker-content-digest'];
    if (stated === undefined || stated === digest) return digest;
    throw new OciError('REGISTRY_FAILED', `${this.#endpoint.registry} stored something else than it was sent`);
  }

  /** Every tag, in the registry's order, page by page. */
  async *tags(signal: AbortSignal): AsyncGenerator<string> {
    let count = 0;
    const path = `/v2/${this.#name}/tags/list`;
    for await (const { tags } of listPages(this.#endpoint, path, this.#scope, TagPage, signal)) {
      for (const tag of tags ?? []) {
        count += 1;
        if (count > MAX_LISTED) throw this.#endless('tags');
        yield tag;
      }
    }
  }

  /**
   * What refers to a manifest: signatures, SBOMs, attestations. Registries without the referrers API keep them in an
   * index under a tag made of the digest ("Referrers Tag Schema").
   */
  async referrers(digest: string, signal: AbortSignal, artifactType?: string): Promise<readonly Descriptor[]> {
    const query = artifactType === undefined ? '' : `?artifactType=${encodeURIComponent(artifactType)}`;
    const found: Descriptor[] = [];
    try {
      const path = `/v2/${this.#name}/referrers/${digest}${query}`;
      for await (const { manifests } of listPages(this.#endpoint, path, this.#scope, ReferrerPage, signal)) {
        found.push(...(manifests ?? []));
        if (found.length > MAX_LISTED) throw this.#endless('referrers');
      }
    } catch (error) {
      if (!(error instanceof OciError) || error.code !== 'IMAGE_NOT_FOUND') throw error;
      found.push(...(await this.#taggedReferrers(digest, signal)));
    }
    // A registry need not filter.
    return artifactType === undefined ? found : found.filter((one) => one.artifactType === artifactType);
  }

  close(): Promise<void> {
    this.#endpoint.close();
    return Promise.resolve();
  }

  async #taggedReferrers(digest: string, signal: AbortSignal): Promise<readonly Descriptor[]> {
    try {
      const index = await this.manifest(digest.replace(':', '-').slice(0, 128), signal);
      const content = this.#known.get(index.digest) ?? Buffer.alloc(0);
      return parseJson(IndexSchema, content, `the referrers of ${short(digest)}`).manifests;
    } catch (error) {
      if (error instanceof OciError && error.code === 'IMAGE_NOT_FOUND') return [];
      throw error;
    }
  }

  #endless(what: string): OciError {
    return new OciError('REGISTRY_FAILED', `${this.#name} has more than ${MAX_LISTED} ${what}`);
  }

  #manifestPath(reference: string): string {
    return `/v2/${this.#name}/manifests/${reference}`;
  }
}
