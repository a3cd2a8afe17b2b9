import { z } from 'zod';
import { captureOf } from '../capture/capture-file.ts';
import { CaptureDownloads, type DownloadOutcome } from '../capture/download.ts';
import type { ApiContext } from '../context.ts';
import { mayIn } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { RowId } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

/** One range to the end (RFC 9110, 14.1.2): what a download is resumed with. */
const RANGE = /^bytes=(\d{1,15})-$/;

/** Packets that were kept. They are not masked: what a sensor found is in them as it travelled. */
export function addCaptureRoutes(app: Api, { store, agents }: ApiContext): void {
  const downloads = new CaptureDownloads(agents);

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
      const outcome = await downloads.begin(file, from);
      if (outcome.kind === 'beyond') reply.header('content-range', `bytes */${outcome.size}`);
      if (outcome.kind !== 'begun') throw problemOf(outcome);
      const { stream, size } = outcome.download;
      return reply
        .code(from === 0 ? 200 : 206)
        .headers({
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="${file.name}"`,
          'content-length': size - from,
          'accept-ranges': 'bytes',
          ...(from > 0 && { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
        })
        .send(stream);
    },
  );
}

function startOf(range: string | undefined): number {
  if (range === undefined) return 0;
  const [, start] = RANGE.exec(range) ?? [];
  if (start !== undefined) return Number(start);
  throw new HttpProblem(400, 'The header Range must be "bytes=N-": everything from one byte on.');
}

function problemOf(outcome: Exclude<DownloadOutcome, { kind: 'begun' }>): HttpProblem {
  const { kind } = outcome;
  if (kind === 'busy') return new HttpProblem(503, 'As many captures as may be are downloaded already; try again.');
  if (kind === 'away') return new HttpProblem(503, 'The agent of its node does not answer now.');
  if (kind === 'beyond') return new HttpProblem(416, `The capture has only ${outcome.size} bytes.`);
  if (kind === 'gone') return new HttpProblem(404, `Its node does not give it: ${outcome.message}.`);
  return new HttpProblem(409, 'The agent of its node is too old to give captures; update it.');
}
