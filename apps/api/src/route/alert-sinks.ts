import { targetOf } from '@bulkhead/alert-sinks';
import { z } from 'zod';
import { countSinks } from '../alert/count-sinks.ts';
import { type OpenSink, tryOut } from '../alert/open-sinks.ts';
import type { ApiContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { Name } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const SinkAnswer = z.object({
  name: z.string(),
  kind: z.string().optional().describe('Absent of one that the configuration does not have any more.'),
  target: z.string().optional().describe('Where it sends to, without what is secret of it.'),
  waiting: z.int().describe('Alerts that it has not taken yet.'),
  dead: z.int().describe('Alerts that it did not take, and that are not tried any more.'),
});

/** Who is told of alerts. */
export function addAlertSinkRoutes(app: Api, { store, clock, alertSinks }: ApiContext): void {
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
      const counts = await countSinks(store.alerts, alertSinks);
      return {
        items: counts.map(({ sink: name, waiting, dead }) => {
          const config = alertSinks.get(name)?.config;
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

  function sinkOf(name: string): OpenSink {
    const sink = alertSinks.get(name);
    if (sink === undefined) throw new HttpProblem(404, 'There is no alert sink of this name.');
    return sink;
  }
}
