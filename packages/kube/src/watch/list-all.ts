import type { KubeClient, ListOptions } from '../client/client.ts';
import type { KubeObject } from '../client/object.ts';
import type { Resource } from '../client/resource.ts';
import { KubeError } from '../error.ts';

/** What kubectl asks for, too. */
const PAGE = 500;
/** A list that outlived its snapshot is begun again this often, with larger pages. */
const MAX_ATTEMPTS = 4;
/** Pages of a list; a server that always has a next one has none. */
const MAX_PAGES = 10_000;

export interface WholeList<Kept> {
  readonly objects: ReadonlyMap<string, Kept>;
  readonly resourceVersion: string;
}

export interface ListAllOptions<Kept> extends ListOptions {
  readonly pageSize?: number | undefined;
  readonly maxObjects: number;
  readonly signal: AbortSignal;
  /** What is kept of an object, under which key. */
  readonly keep: (object: KubeObject) => { readonly key: string; readonly value: Kept };
}

/**
 * All objects of a resource as of one version, page by page, each reduced at once to what is kept of it. A snapshot that the server gave
 * up between two pages (410) has the list begin again with larger pages. Throws `TOO_LARGE` beyond `maxObjects`.
 */
export async function listAll<Kept>(
  client: KubeClient,
  resource: Resource,
  options: ListAllOptions<Kept>,
): Promise<WholeList<Kept>> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await listOnce(client, resource, options, (options.pageSize ?? PAGE) * 4 ** (attempt - 1));
    } catch (error) {
      const expired = error instanceof KubeError && error.code === 'EXPIRED';
      if (!expired || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

async function listOnce<Kept>(
  client: KubeClient,
  resource: Resource,
  options: ListAllOptions<Kept>,
  limit: number,
): Promise<WholeList<Kept>> {
  const { maxObjects, keep } = options;
  const objects = new Map<string, Kept>();
  let next: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = await client.listPage(resource, { ...options, limit, next });
    for (const object of page.objects) {
      const { key, value } = keep(object);
      objects.set(key, value);
    }
    if (objects.size > maxObjects) throw tooMany(resource, maxObjects);
    if (page.next === undefined) return { objects, resourceVersion: page.resourceVersion };
    next = page.next;
  }
  throw new KubeError('BAD_ANSWER', { what: `cannot list ${resource.plural}`, why: 'the list has no end' });
}

/** What is said when there are more objects than may be held. */
export function tooMany(resource: Resource, maxObjects: number): KubeError {
  return new KubeError('TOO_LARGE', {
    what: `cannot hold all ${resource.plural}`,
    why: `there are more than ${maxObjects}`,
    fix: 'watch fewer, by namespace or label, or raise the bound',
  });
}
