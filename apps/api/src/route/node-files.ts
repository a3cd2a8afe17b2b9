import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mayIn } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { RowId } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { type DownloadOutcome, NodeFileDownloads } from '../node-file/download.ts';
import { captureOf, type NodeFile, sbomOf } from '../node-file/node-file.ts';

/** One range to the end (RFC 9110, 14.1.2): what a download is resumed with. */
const RANGE = /^bytes=(\d{1,15})-$/;

/** What agents keep on their nodes. Packets are not masked: what a sensor found is in them as it travelled. */
export function addNodeFileRoutes(app: Api, { store, agents }: ApiContext): void {
  const downloads = new NodeFileDownloads(agents);

  app.get(
    '/api/v1/events/:id/capture',
    {
      config: { access: 'captures:read', action: 'capture.download' },
      schema: {
        summary: 'Download the capture that an event "capture-written" tells of',
        description:
          'pcapng, from the node that keeps it. Packets are not masked. With `Range: bytes=N-` it goes on where another download broke off.',
        tags: ['events'],
        params: z.strictObject({ id: RowId }),
        response: { 200: z.unknown().describe('The capture.'), 206: z.unknown().describe('The rest of it.') },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      request.audited = { target: String(id) };
      const event = await store.events.get(id);
      const file = event === undefined ? undefined : captureOf(event);
      if (event === undefined || file === undefined || !mayIn(request, 'captures:read', event.namespace)) {
        throw new HttpProblem(404, 'There is no capture of an event of this id.');
      }
      const from = startOf(request.headers.range);
      request.audited.detail = { agent: file.agent, file: file.name, from, workload: event.workload ?? '' };
      return sendFile(reply, await downloads.begin(file, from), { file, from, type: 'application/octet-stream' });
    },
  );

  app.get(
    '/api/v1/events/:id/sbom',
    {
      config: { access: 'workloads:read' },
      schema: {
        summary: 'Download the SBOM that an event "scan-written" tells of',
        description: 'CycloneDX, from the node that keeps it.',
        tags: ['events'],
        params: z.strictObject({ id: RowId }),
        response: { 200: z.unknown().describe('The SBOM.'), 206: z.unknown().describe('The rest of it.') },
      },
    },
    async (request, reply) => {
      const event = await store.events.get(request.params.id);
      const file = event === undefined ? undefined : sbomOf(event);
      if (event === undefined || file === undefined || !mayIn(request, 'workloads:read', event.namespace)) {
        throw new HttpProblem(404, 'There is no SBOM of an event of this id.');
      }
      const from = startOf(request.headers.range);
      return sendFile(reply, await downloads.begin(file, from), { file, from, type: 'application/json' });
    },
  );
}

function sendFile(
  reply: FastifyReply,
  outcome: DownloadOutcome,
  { file, from, type }: { readonly file: NodeFile; readonly from: number; readonly type: string },
): FastifyReply {
  if (outcome.kind === 'beyond') reply.header('content-range', `bytes */${outcome.size}`);
  if (outcome.kind !== 'begun') throw problemOf(outcome);
  const { stream, size } = outcome.download;
  return reply
    .code(from === 0 ? 200 : 206)
    .headers({
      'content-type': type,
      'content-disposition': `attachment; filename="${file.name}"`,
      'content-length': size - from,
      'accept-ranges': 'bytes',
      ...(from > 0 && { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
    })
    .send(stream);
}

function startOf(range: string | undefined): number {
  if (range === undefined) return 0;
  const [, start] = RANGE.exec(range) ?? [];
  if (start !== undefined) return Number(start);
  throw new HttpProblem(400, 'The header Range must be "bytes=N-": everything from one byte on.');
}

function problemOf(outcome: Exclude<DownloadOutcome, { kind: 'begun' }>): HttpProblem {
  const { kind } = outcome;
  if (kind === 'busy') return new HttpProblem(503, 'As many files as may be are downloaded already; try again.');
  if (kind === 'away') return new HttpProblem(503, 'The agent of its node does not answer now.');
  if (kind === 'beyond') return new HttpProblem(416, `It has only ${outcome.size} bytes.`);
  if (kind === 'gone') return new HttpProblem(404, `Its node does not give it: ${outcome.message}.`);
  return new HttpProblem(409, 'The agent of its node is too old to give files; update it.');
}
