import { isDigest } from '@bulkhead/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { AnyObject, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const Overview = z.object({
  digest: z.string().describe('of its manifest'),
  platform: z.string().describe('such as linux/amd64'),
  names: z.array(z.string()).readonly().describe('registry/repository:tag of tags that lead to it, at most 20'),
  status: z
    .enum(['pending', 'complete', 'partial', 'failed'])
    .describe('whether it was scanned; partial: not everything could be looked at'),
  scannedAt: z.string().optional(),
  scanners: z.array(z.string()).readonly().optional().describe('what was looked for'),
  failure: z.string().optional().describe('why it could not be scanned'),
  vulnerabilities: z.record(z.string(), z.number()).readonly().describe('those that count, by severity'),
  secrets: z.number(),
});
const ByDigest = z.strictObject({
  digest: z.string().max(140).refine(isDigest, 'must be a digest such as sha256:… with 64 hexadecimal digits'),
});

/** The images of watched registries and what was found in them. */
export function addImageRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/images',
    {
      config: { access: 'images:read' },
      schema: {
        summary: 'List images',
        tags: ['images'],
        querystring: PageQuery.extend({
          registry: Name.optional().describe('Only those with a tag in this watched registry.'),
          vulnerability: Name.optional().describe('Only those in which it counts: CVE-2021-44228.'),
        }),
        response: { 200: pageOf(Overview) },
      },
    },
    async ({ query: { registry, vulnerability, ...page } }) => store.images.list({ registry, vulnerability }, page),
  );

  app.get(
    '/api/v1/images/:digest',
    {
      config: { access: 'images:read' },
      schema: { summary: 'Show an image', tags: ['images'], params: ByDigest, response: { 200: Overview } },
    },
    async ({ params: { digest } }) => {
      const image = await store.images.get(digest);
      if (image === undefined) throw new HttpProblem(404, 'There is no image of this digest.');
      return image;
    },
  );

  app.get(
    '/api/v1/images/:digest/findings',
    {
      config: { access: 'images:read' },
      schema: {
        summary: 'What was found in an image',
        description: 'Findings as reports of scans have them; `suppressed` says why one does not count.',
        tags: ['images'],
        params: ByDigest,
        querystring: PageQuery,
        response: { 200: pageOf(AnyObject) },
      },
    },
    async ({ params: { digest }, query }) => {
      const page = await store.images.findings(digest, query);
      if (page === undefined) throw new HttpProblem(404, 'There is no image of this digest that was scanned.');
      return { ...page, items: page.items.map((finding) => ({ ...finding })) };
    },
  );
}
