import { Alert } from '@bulkhead/alerts';
import { decodeCursor, toPage } from '@bulkhead/control-plane';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { Name, PageQuery, pageOf, RowId } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const DeadAnswer = z.object({
  id: z.number(),
  sink: z.string(),
  diedAt: z.string(),
  failures: z.number().describe('How often it was tried.'),
  problem: z.string().describe('Why the last try failed.'),
  alert: Alert,
});

const OfSink = z.strictObject({ sink: Name.optional().describe('Only those of this sink.') });
const Count = z.object({ count: z.int() });

/** What can be done about dead alerts: about all of them or those of a sink, and about one. */
interface Settlement {
  readonly method: 'POST' | 'DELETE';
  readonly action: string;
  readonly ofAll: { readonly url: string; readonly summary: string };
  readonly ofOne: { readonly url: string; readonly summary: string };
  /** Gives how many there were. */
  readonly settle: (which: { readonly id?: number; readonly sink?: string | undefined }) => Promise<number>;
}

/** What sinks did not take. */
export function addDeadAlertRoutes(app: Api, { store: { alerts }, clock }: ApiContext): void {
  app.get(
    '/api/v1/alerts/dead',
    {
      config: { access: 'alerts:read' },
      schema: {
        summary: 'List alerts that a sink did not take, the latest first',
        tags: ['alerts'],
        querystring: PageQuery.extend(OfSink.shape),
        response: { 200: pageOf(DeadAnswer) },
      },
    },
    async (request) => {
      const { sink, limit, after } = request.query;
      const before = after === undefined ? undefined : decodeCursor(after, ['number'] as const)[0];
      const items = await alerts.dead({ sink, before, limit: limit + 1 });
      return toPage(
        items,
        limit,
        ({ id }) => [id],
        (dead) => dead,
      );
    },
  );

  addSettlement(app, {
    method: 'POST',
    action: 'alert.retry',
    ofAll: { url: '/api/v1/alerts/dead/retry', summary: 'Try every dead alert anew, or those of a sink' },
    ofOne: { url: '/api/v1/alerts/dead/:id/retry', summary: 'Try a dead alert anew' },
    settle: (which) => alerts.revive(which, new Date(clock.now()).toISOString()),
  });

  addSettlement(app, {
    method: 'DELETE',
    action: 'alert.drop',
    ofAll: { url: '/api/v1/alerts/dead', summary: 'Forget every dead alert, or those of a sink' },
    ofOne: { url: '/api/v1/alerts/dead/:id', summary: 'Forget a dead alert' },
    settle: (which) => alerts.drop(which),
  });
}

function addSettlement(app: Api, { method, action, ofAll, ofOne, settle }: Settlement): void {
  const config = { access: 'alerts:write', action } as const;
  app.route({
    method,
    url: ofAll.url,
    config,
    schema: { summary: ofAll.summary, tags: ['alerts'], querystring: OfSink, response: { 200: Count } },
    handler: async (request) => {
      const { sink } = request.query;
      request.audited = { target: sink ?? '' };
      const count = await settle({ sink });
      request.audited.detail = { count };
      return { count };
    },
  });
  app.route({
    method,
    url: ofOne.url,
    config,
    schema: {
      summary: ofOne.summary,
      tags: ['alerts'],
      params: z.strictObject({ id: RowId }),
      response: { 200: Count },
    },
    handler: async (request) => {
      const { id } = request.params;
      request.audited = { target: String(id) };
      const count = await settle({ id });
      if (count === 0) throw new HttpProblem(404, 'There is no dead alert of this id.');
      return { count };
    },
  });
}
