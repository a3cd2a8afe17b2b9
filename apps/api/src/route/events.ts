import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mayIn, namespacesOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { AnyObject, Moment, Name, PageQuery, pageOf, RowId } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const EventAnswer = z.object({
  id: z.number(),
  agent: z.string(),
  at: z.string(),
  receivedAt: z.string(),
  kind: z.string(),
  namespace: z.string().optional(),
  workload: z.string().optional(),
  document: AnyObject,
});

/** What agents observed. */
export function addEventRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/events',
    {
      config: { access: 'events:read' },
      schema: {
        summary: 'List events, the latest first',
        tags: ['events'],
        querystring: PageQuery.extend({
          namespace: Name.optional(),
          kind: Name.optional(),
          workload: Name.optional(),
          since: Moment.optional().describe('Received at or after.'),
          until: Moment.optional().describe('Received before.'),
        }),
        response: { 200: pageOf(EventAnswer) },
      },
    },
    async (request) => {
      const { namespace, kind, workload, since, until, ...page } = request.query;
      const where = namespacesOf(request, 'events:read', namespace);
      return store.events.list({ ...where, kind, workload, since, until }, page);
    },
  );

  app.get(
    '/api/v1/events/:id',
    {
      config: { access: 'events:read' },
      schema: {
        summary: 'Show an event',
        tags: ['events'],
        params: z.strictObject({ id: RowId }),
        response: { 200: EventAnswer },
      },
    },
    async (request) => {
      const event = await store.events.get(request.params.id);
      if (event !== undefined && mayIn(request, 'events:read', event.namespace)) return event;
      throw new HttpProblem(404, 'There is no event of this id.');
    },
  );
}
