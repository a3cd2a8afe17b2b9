import type { z } from 'zod';
import { collect } from '../blob/store.ts';
import { OciError } from '../error.ts';
import type { Endpoint } from './endpoint.ts';

const PAGE_ENTRIES = 1_000;
/** A million entries at the size that is asked for; some registries give ten at a time, and crawls of those end sooner. */
const MAX_PAGES = 10_000;
const MAX_PAGE_BYTES = 16 * 2 ** 20;

/**
 * Lists what a registry gives page by page (distribution specification, "Listing Tags"): the value of each page, with
 * the next fetched only when it is asked for.
 */
export async function* listPages<T>(
  endpoint: Endpoint,
  path: string,
  scope: string,
  schema: z.ZodType<T>,
  signal: AbortSignal,
): AsyncGenerator<T> {
  let next: string | undefined = `${path}${path.includes('?') ? '&' : '?'}n=${PAGE_ENTRIES}`;
  const seen = new Set<string>();
  for (let page = 0; next !== undefined; page += 1) {
    if (page === MAX_PAGES || seen.has(next)) {
      throw new OciError('REGISTRY_FAILED', `the list ${path} of the registry ${endpoint.registry} does not end`);
    }
    seen.add(next);
    const response = await endpoint.request(next, scope, signal);
    const content = await collect(response, MAX_PAGE_BYTES, `a page of ${path}`);
    yield parsePage(schema, content, path, endpoint.registry);
    next = nextPage(response.headers.link, next, endpoint.registry);
  }
}

function parsePage<T>(schema: z.ZodType<T>, content: Buffer, path: string, registry: string): T {
  try {
    return schema.parse(JSON.parse(content.toString()));
  } catch (error) {
    throw new OciError('REGISTRY_FAILED', `the list ${path} of the registry ${registry} is not understood`, {
      cause: error,
    });
  }
}

/** RFC 8288. Only paths of the same registry are followed: its proof must not go elsewhere. */
function nextPage(link: string | string[] | undefined, current: string, registry: string): string | undefined {
  const text = Array.isArray(link) ? link.join(',') : (link ?? '');
  const target = /<([^<>]{1,4096})>\s*;\s*rel="?next"?/i.exec(text)?.[1];
  if (target === undefined) return undefined;
  const base = new URL(current, 'http://registry');
  const url = URL.parse(target, base);
  if (url === null || (url.host !== base.host && url.host !== registry)) {
    throw new OciError('REGISTRY_FAILED', `the registry ${registry} leads to another host for the next page`);
  }
  return `${url.pathname}${url.search}`;
}
