import type { IncomingMessage } from 'node:http';
import type { Connection } from '../connection/connection.ts';
import { asKubeError, KubeError } from '../error.ts';
import { describe, type Exchange, exchange, readText } from './exchange.ts';
import { KubeList, KubeObject } from './object.ts';
import { apiVersionOf, pathOf, type Resource } from './resource.ts';

/** Which object of a resource. */
export interface ObjectName {
  readonly name: string;
  /** Of a resource with namespaces; absent: the connection's. */
  readonly namespace?: string | undefined;
}

/** An object that says its name; its kind is that of the resource. */
export interface NamedObject {
  readonly metadata: ObjectName & Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string | undefined;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  /** Only the metadata of objects comes, as PartialObjectMetadata. */
  readonly metadataOnly?: boolean | undefined;
}

export interface Page {
  readonly objects: readonly KubeObject[];
  readonly resourceVersion: string;
  /** What asks for the next page; absent on the last one. */
  readonly next: string | undefined;
}

export interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  readonly dryRun?: boolean | undefined;
}

export interface ApplyOptions extends WriteOptions {
  /** Who writes, for the ownership of fields. */
  readonly fieldManager: string;
  /** Takes over fields that others own, instead of failing with `CONFLICT`. */
  readonly force?: boolean | undefined;
}

/** Answers come within this or not at all; the API server itself gives up after 60 s. */
const REQUEST_TIMEOUT_MS = 30_000;
/** A page of 500 of the largest objects that etcd takes would be 750 MiB; real ones have some MiB. */
const MAX_ANSWER_BYTES = 128 * 1024 * 1024;

/**
 * A small client of the Kubernetes API. Objects cross it as they are, known only to have metadata: what is in them is
 * for the caller to parse. All methods throw a `KubeError`.
 */
export class KubeClient {
  readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  async get(resource: Resource, of: ObjectName, signal?: AbortSignal): Promise<KubeObject> {
    return this.#object(resource, { method: 'GET', path: this.#path(resource, of), signal });
  }

  /** As `get`; nothing when there is no such object. */
  async find(resource: Resource, of: ObjectName, signal?: AbortSignal): Promise<KubeObject | undefined> {
    return this.get(resource, of, signal).catch(orUndefined('NOT_FOUND'));
  }

  /** One page of a list. `next` of the page before asks for the page after it. */
  async listPage(
    resource: Resource,
    options: ListOptions & {
      readonly limit?: number;
      readonly next?: string | undefined;
      readonly signal?: AbortSignal;
    },
  ): Promise<Page> {
    const { limit, next, signal } = options;
    const wanted: Exchange = {
      method: 'GET',
      path: pathOf(resource, options.namespace),
      query: { ...selectors(options), limit, continue: next },
      accept: acceptOf(options, 'PartialObjectMetadataList'),
      signal,
    };
    const parsed = KubeList.safeParse(await this.#json(wanted));
    if (!parsed.success) throw notExpected(wanted, 'a list');
    const { items, metadata } = parsed.data;
    const objects = (items ?? []).map((item) => asObject(resource, item, wanted));
    return { objects, resourceVersion: metadata.resourceVersion, next: metadata.continue || undefined };
  }

  /** Opens a watch from `resourceVersion` on; the body is a line of JSON for each event, and the caller's to read and to end. */
  async openWatch(
    resource: Resource,
    options: ListOptions & {
      readonly resourceVersion: string;
      readonly timeoutSeconds: number;
      readonly signal: AbortSignal;
    },
  ): Promise<IncomingMessage> {
    const { resourceVersion, timeoutSeconds, signal } = options;
    const query = { ...selectors(options), watch: true, allowWatchBookmarks: true, resourceVersion, timeoutSeconds };
    const accept = acceptOf(options, 'PartialObjectMetadata');
    return exchange(this.connection, {
      method: 'GET',
      path: pathOf(resource, options.namespace),
      query,
      accept,
      signal,
    });
  }

  async create(
    resource: Resource,
    object: object,
    options: WriteOptions & { readonly namespace?: string } = {},
  ): Promise<KubeObject> {
    const { namespace = this.connection.namespace } = options;
    const path = pathOf(resource, resource.namespaced ? namespace : undefined);
    return this.#object(resource, { method: 'POST', path, ...this.#write(resource, object, options) });
  }

  /** Replaces an object; with a `resourceVersion` in it only when that is still the last one. */
  async replace(resource: Resource, of: ObjectName, object: object, options: WriteOptions = {}): Promise<KubeObject> {
    return this.#object(resource, {
      method: 'PUT',
      path: this.#path(resource, of),
      ...this.#write(resource, object, options),
    });
  }

  /** Server-side apply: makes the object, or sets those fields of it that are given and takes back those no longer given. */
  async apply(resource: Resource, object: NamedObject, options: ApplyOptions): Promise<KubeObject> {
    const { fieldManager, force = false } = options;
    const written = this.#write(resource, object, options);
    return this.#object(resource, {
      method: 'PATCH',
      path: this.#path(resource, object.metadata),
      ...written,
      query: { ...written.query, fieldManager, force },
      // JSON is YAML.
      contentType: 'application/apply-patch+yaml',
    });
  }

  /** Merges a patch into an object: null takes a key away, lists are replaced whole. */
  async mergePatch(
    resource: Resource,
    of: ObjectName,
    patch: object,
    options: WriteOptions & { readonly fieldManager: string },
  ): Promise<KubeObject> {
    return this.#merge(resource, this.#path(resource, of), patch, options);
  }

  /** Merges into the `status` of an object. */
  async patchStatus(
    resource: Resource,
    of: ObjectName,
    status: object,
    options: WriteOptions & { readonly fieldManager: string },
  ): Promise<KubeObject> {
    return this.#merge(resource, this.#path(resource, of, 'status'), { status }, options);
  }

  /** Removes an object; false when there was none. */
  async delete(resource: Resource, of: ObjectName, options: WriteOptions = {}): Promise<boolean> {
    const { signal } = options;
    const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
    const gone = await this.#json({ method: 'DELETE', path: this.#path(resource, of), body, signal }).catch(
      orUndefined('NOT_FOUND'),
    );
    return gone !== undefined;
  }

  /** Whether the API server has this version of a resource. */
  async serves({ group, version, plural }: Resource, signal?: AbortSignal): Promise<boolean> {
    const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
    const known = await this.#json({ method: 'GET', path, signal }).catch(orUndefined('NOT_FOUND'));
    const resources = (known as { readonly resources?: readonly { readonly name?: unknown }[] } | undefined)?.resources;
    return Array.isArray(resources) && resources.some(({ name }) => name === plural);
  }

  /** Closes idle connections. */
  close(): void {
    this.connection.close();
  }

  #merge(
    resource: Resource,
    path: string,
    patch: object,
    options: WriteOptions & { readonly fieldManager: string },
  ): Promise<KubeObject> {
    const { fieldManager, dryRun, signal } = options;
    const query = { fieldManager, dryRun: dryRun === true ? 'All' : undefined };
    return this.#object(resource, {
      method: 'PATCH',
      path,
      query,
      body: patch,
      contentType: 'application/merge-patch+json',
      signal,
    });
  }

  #write(
    resource: Resource,
    object: object,
    { dryRun, signal }: WriteOptions,
  ): Pick<Exchange, 'body' | 'query' | 'signal'> {
    return {
      body: { apiVersion: apiVersionOf(resource), kind: resource.kind, ...object },
      query: { dryRun: dryRun === true ? 'All' : undefined },
      signal,
    };
  }

  #path(resource: Resource, { name, namespace = this.connection.namespace }: ObjectName, subresource?: string): string {
    return pathOf(resource, resource.namespaced ? namespace : undefined, name, subresource);
  }

  async #object(resource: Resource, wanted: Exchange): Promise<KubeObject> {
    return asObject(resource, await this.#json(wanted), wanted);
  }

  async #json(wanted: Exchange): Promise<unknown> {
    const deadline = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const signal = wanted.signal == null ? deadline : AbortSignal.any([wanted.signal, deadline]);
    const answer = await exchange(this.connection, { ...wanted, signal });
    let text: string;
    try {
      text = await readText(answer, MAX_ANSWER_BYTES, 'throw');
    } catch (error) {
      if (wanted.signal?.aborted === true) {
        throw new KubeError('ABORTED', { what: describe(wanted), why: 'it was told to stop' }, { cause: error });
      }
      throw asKubeError(error, describe(wanted));
    }
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw notExpected(wanted, 'JSON', cause);
    }
  }
}

function selectors({ labelSelector, fieldSelector }: ListOptions): Exchange['query'] & object {
  return { labelSelector, fieldSelector };
}

function acceptOf({ metadataOnly }: ListOptions, as: string): string {
  return metadataOnly === true ? `application/json;as=${as};g=meta.k8s.io;v=v1` : 'application/json';
}

/** Items of a list say no kind of their own, and metadata alone says another. */
function asObject(resource: Resource, value: unknown, wanted: Exchange): KubeObject {
  const parsed = KubeObject.safeParse(value);
  if (!parsed.success) throw notExpected(wanted, `a ${resource.kind}`);
  return { ...parsed.data, apiVersion: apiVersionOf(resource), kind: resource.kind };
}

function notExpected(wanted: Exchange, what: string, cause?: unknown): KubeError {
  const parts = {
    what: describe(wanted),
    why: `the answer is not ${what}`,
    fix: 'check that this is a Kubernetes API',
  };
  return new KubeError('BAD_ANSWER', parts, { cause });
}

function orUndefined(code: KubeError['code']): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof KubeError && error.code === code) return undefined;
    throw error;
  };
}
