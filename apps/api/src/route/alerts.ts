import { targetOf } from '@bulkhead/alert-sinks';
import { Alert } from '@bulkhead/alerts';
import { decodeCursor, toPage } from '@bulkhead/control-plane';
import { z } from 'zod';
import { type OpenSink, tryOut } from '../alert/open-sinks.ts';
import type { ApiContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { Name, PageQuery, pageOf, RowId } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const SinkAnswer = z.object({
  name: z.string(),
  kind: z.string().optional().describe('Absent of one that the configuration does not have any more.'),
  target: z.string().optional().describe('Where it sends to, without what is secret of it.'),
  waiting: z.int().describe('Alerts that it has not taken yet.'),
  dead: z.int().describe('Alerts that it did not take, and that are not tried any more.'),
});

const DeadAnswer = z.object({
  id: z.number(),
  sink: z.string(),
  diedAt: z.string(),
  failures: z.number().describe('How often it was tried.'),
  problem: z.string().describe('Why the last try failed.'),
  alert: Alert,
});

const Which = z.strictObject({ sink: Name.optional().describe('Only those of this sink.') });
const Count = z.object({ count: z.int() });

/** Who is told of alerts. */
export function addAlertRoutes(app: Api, { store, clock, alertSinks }: ApiContext): void {
  app.get(
    '/api/v1/alerts/sinks',
    {
      config: { access: 'alerts:read' },
      schema: {
        summary: 'List the sinks of alerts',
        tags: ['alerts'],
        response: { 200: z.object({ items: z.array(SinkAnswer) }) },
      },
    },
    async () => {
      const counts = new Map((await store.alerts.counts()).map((count) => [count.sink, count]));
      const names = [...new Set([...alertSinks.keys(), ...counts.keys()])];
      return {
        items: names.map((name) => {
          const config = alertSinks.get(name)?.config;
          const { waiting = 0, dead = 0 } = counts.get(name) ?? {};
          const shown = config === undefined ? {} : { kind: config.kind, target: targetOf(config) };
          return { name, ...shown, waiting, dead };
        }),
      };
    },
  );

  app.post(
    '/api/v1/alerts/sinks/:name/test',
    {
      config: { access: 'alerts:write', action: 'alert.test' },
      schema: {
        summary: 'Send a test alert to a sink, and say what became of it',
        tags: ['alerts'],
        params: z.strictObject({ name: Name }),
        response: { 200: z.object({ outcome: z.enum(['delivered', 'failed']), problem: z.string().optional() }) },
      },
    },
    async (request) => {
      const { name } = request.params;
      request.audited = { target: name };
      const outcome = await tryOut(sinkOf(name), clock, request.signal);
      request.audited.detail = { outcome: outcome.outcome };
      return outcome.outcome === 'failed' ? { outcome: 'failed' as const, problem: outcome.problem } : outcome;
    },
  );

  app.get(
    '/api/v1/alerts/dead',
    {
      config: { access: 'alerts:read' },
      schema: {
        summary: 'List alerts that a sink did not take, the latest first',
        tags: ['alerts'],
        querystring: PageQuery.extend(Which.shape),
        response: { 200: pageOf(DeadAnswer) },
      },
    },
    async (request) => {
      const { sink, limit, after } = request.query;
      const before = after === undefined ? undefined : decodeCursor(after, ['number'] as const)[0];
      const items = await store.alerts.dead({ sink, before, limit: limit + 1 });
      return toPage(
        items,
        limit,
        ({ id }) => [id],
        (dead) => dead,
      );
    },
  );

  app.post(
    '/api/v1/alerts/dead/retry',
    {
      config: { access: 'alerts:write', action: 'alert.retry' },
      schema: {
        summary: 'Try every dead alert anew, or those of a sink',
        tags: ['alerts'],
        querystring: Which,
        response: { 200: Count },
      },
    },
    async (request) => {
      const { sink } = request.query;
      request.audited = { target: sink ?? '' };
      const count = await store.alerts.revive({ sink }, now());
      request.audited.detail = { count };
      return { count };
    },
  );

  app.post(
    '/api/v1/alerts/dead/:id/retry',
    {
      config: { access: 'alerts:write', action: 'alert.retry' },
      schema: {
        summary: 'Try a dead alert anew',
        tags: ['alerts'],
        params: z.strictObject({ id: RowId }),
        response: { 200: Count },
      },
    },
    async (request) => {
      const { id } = request.params;
      request.audited = { target: String(id) };
      return found(await store.alerts.revive({ id }, now()));
    },
  );

  app.delete(
    '/api/v1/alerts/dead',
    {
      config: { access: 'alerts:write', action: 'alert.drop' },
      schema: {
        summary: 'Forget every dead alert, or those of a sink',
        tags: ['alerts'],
        querystring: Which,
        response: { 200: Count },
      },
    },
    async (request) => {
      const { sink } = request.query;
      request.audited = { target: sink ?? '' };
      const count = await store.alerts.drop({ sink });
      request.audited.detail = { count };
      return { count };
    },
  );

  app.delete(
    '/api/v1/alerts/dead/:id',
    {
      config: { access: 'alerts:write', action: 'alert.drop' },
      schema: {
        summary: 'Forget a dead alert',
        tags: ['alerts'],
        params: z.strictObject({ id: RowId }),
        response: { 200: Count },
      },
    },
    async (request) => {
      const { id } = request.params;
      request.audited = { target: String(id) };
      return found(await store.alerts.drop({ id }));
    },
  );

  function now(): string {
    return new Date(clock.now()).toISOString();
  }

  function sinkOf(name: string): OpenSink {
    const sink = alertSinks.get(name);
    if (sink === undefined) throw new HttpProblem(404, 'There is no alert sink of this name.');
    return sink;
  }
}

function found(count: number): { readonly count: number } {
  if (count === 0) throw new HttpProblem(404, 'There is no dead alert of this id.');
  return { count };
}
