import { finished } from 'node:stream';
import type { Clock } from '@bulkhead/core';
import { NODE_SCAN_STATES, type NodeScanOverview, type Store } from '@bulkhead/store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mayIn, namespacesOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { AnyObject, keepable, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

/** Workers say that they are there four times a minute; clocks of two machines may differ by some of it. */
const MATCHER_GONE_MS = 2 * 60_000;
/** A container's id has 64 characters, a path of a network namespace some more. */
const MAX_ID = 512;

/** SBOMs that are sent at once: each is whole in memory until it is taken. */
const MAX_SENDING = 4;

const Advisories = z.object({
  schema: z.number(),
  builtAt: z.string(),
  checkedAt: z.string().describe('When they were brought up to date.'),
  newest: z.string().describe('When the newest of them was changed; empty where none says.'),
  sources: z
    .array(z.object({ name: z.string(), records: z.number(), newest: z.string(), checkedAt: z.string() }))
    .readonly(),
});

const ScanAnswer = z.object({
  scan: z.string(),
  agent: z.string(),
  node: z.string(),
  workload: z
    .object({ id: z.string(), name: z.string(), namespace: z.string().optional(), pod: z.string().optional() })
    .optional()
    .describe('The container; absent in the scan of a node itself.'),
  state: z
    .enum(NODE_SCAN_STATES)
    .describe(
      'reading: its agent looks; fetching: what it found comes from the node; queued: that waits for a worker; ' +
        'matching: a worker holds it against the advisories.',
    ),
  askedAt: z.string(),
  since: z.string().describe('Since when it is in its state.'),
  waitsFor: z.string().optional().describe('What it waits for and what is not there.'),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  scannedAt: z
    .string()
    .optional()
    .describe('When its agent was done: what came into the container later is not in it.'),
  packages: z.number().optional(),
  gaps: z.number().optional().describe('What could not be looked at or judged; with any the scan is partial.'),
  judgedAt: z
    .string()
    .optional()
    .describe('When it was held against the advisories last: changed ones have it judged again.'),
  advisories: Advisories.optional().describe('The database that it was held against then.'),
  vulnerabilities: z.record(z.string(), z.number()).readonly().describe('those that count, by severity'),
});
const ByScan = z.strictObject({ scan: Name });

/** What agents found in running containers and on their nodes, held against the advisories by workers. */
export function addScanRoutes(app: Api, { store, clock }: ApiContext): void {
  let sending = 0;
  /** One of what is not for the eyes of whoever asks is as one that is not there. */
  const scanOf = async (request: FastifyRequest, scan: string): Promise<NodeScanOverview> => {
    const found = await store.nodeScans.get(scan);
    if (found !== undefined && mayIn(request, 'workloads:read', found.workload?.namespace)) return found;
    throw new HttpProblem(404, 'There is no scan of this id.');
  };

  app.get(
    '/api/v1/scans',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'List scans of running containers and of nodes',
        description:
          'Newest first. Of each container and node the last that is done is kept, and one that failed after it.',
        tags: ['scans'],
        querystring: PageQuery.extend({
          namespace: Name.optional(),
          node: Name.optional(),
          workload: keepable(MAX_ID).optional(),
          state: z.enum(NODE_SCAN_STATES).optional(),
          vulnerability: Name.optional().describe('Only those in which it counts: CVE-2021-44228.'),
        }),
        response: { 200: pageOf(ScanAnswer) },
      },
    },
    async (request) => {
      const { namespace, node, workload, state, vulnerability, ...page } = request.query;
      const where = namespacesOf(request, 'workloads:read', namespace);
      const filter = { ...where, node, workload, state, vulnerability };
      const { items, next } = await store.nodeScans.list(filter, page);
      const missing = await missingFor(items, store, clock);
      return { items: items.map((scan) => answer(scan, missing)), ...(next !== undefined && { next }) };
    },
  );

  app.get(
    '/api/v1/scans/:scan',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'Show a scan of a running container or of a node',
        tags: ['scans'],
        params: ByScan,
        response: { 200: ScanAnswer },
      },
    },
    async (request) => {
      const scan = await scanOf(request, request.params.scan);
      return answer(scan, await missingFor([scan], store, clock));
    },
  );

  app.get(
    '/api/v1/scans/:scan/findings',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'What was found by a scan of a running container or of a node',
        description: 'Findings as reports of scans have them; `suppressed` says why one does not count.',
        tags: ['scans'],
        params: ByScan,
        querystring: PageQuery,
        response: { 200: pageOf(AnyObject) },
      },
    },
    async (request) => {
      const { scan } = await scanOf(request, request.params.scan);
      const page = await store.nodeScans.findings(scan, request.query);
      if (page === undefined) throw new HttpProblem(404, 'There is no scan of this id that is done.');
      return { ...page, items: page.items.map((finding) => ({ ...finding })) };
    },
  );

  app.get(
    '/api/v1/scans/:scan/sbom',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'Download what an agent found in a running container or on its node',
        description: 'CycloneDX.',
        tags: ['scans'],
        params: ByScan,
        response: { 200: z.unknown().describe('The SBOM.') },
      },
    },
    async (request, reply) => {
      const { scan } = await scanOf(request, request.params.scan);
      if (sending >= MAX_SENDING) throw new HttpProblem(503, 'As many SBOMs as may be are sent already; try again.');
      sending += 1;
      // Also where whoever asked is gone by now.
      finished(reply.raw, () => {
        sending -= 1;
      });
      const sbom = await store.nodeScans.sbom(scan);
      if (sbom === undefined) throw new HttpProblem(404, 'What its agent found is not here yet.');
      return reply
        .headers({
          'content-type': 'application/json',
          'content-disposition': `attachment; filename="scan-${scan}.cdx.json"`,
        })
        .send(sbom);
    },
  );
}

function answer(scan: NodeScanOverview, missing: string | undefined): z.input<typeof ScanAnswer> {
  return { ...scan, ...(isForWorker(scan) && missing !== undefined && { waitsFor: missing }) };
}

/** Also what one has begun with: it may be gone since. */
function isForWorker({ state }: NodeScanOverview): boolean {
  return state === 'queued' || state === 'matching';
}

/** Who would match what waits; nothing where somebody is there, or nothing waits. */
async function missingFor(
  scans: readonly NodeScanOverview[],
  { nodeScans }: Pick<Store, 'nodeScans'>,
  clock: Clock,
): Promise<string | undefined> {
  if (!scans.some(isForWorker)) return undefined;
  const seen = await nodeScans.matcher();
  if (seen === undefined) return 'a worker with an advisory database: none has ever been there';
  if (clock.now() - Date.parse(seen) < MATCHER_GONE_MS) return undefined;
  return `a worker with an advisory database: the last was there at ${seen}`;
}
