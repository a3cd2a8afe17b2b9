import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { AnyObject, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const Entry = z.object({
  id: z.number(),
  at: z.string(),
  actor: z.string(),
  address: z.string(),
  action: z.string(),
  target: z.string(),
  outcome: z.enum(['done', 'refused', 'failed']),
  detail: AnyObject,
  hash: z.string(),
});

/** Who did what. */
export function addAuditRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/audit',
    {
      config: { access: 'audit:read' },
      schema: {
        summary: 'List what was changed or refused',
        tags: ['audit'],
        querystring: PageQuery.extend({ actor: Name.optional(), action: Name.optional() }),
        response: { 200: pageOf(Entry) },
      },
    },
    async ({ query: { actor, action, ...page } }) => store.audit.list({ actor, action }, page),
  );

  app.get(
    '/api/v1/audit/check',
    {
      config: { access: 'audit:read', rateLimit: { max: 6, timeWindow: 60_000 } },
      schema: {
        summary: 'Recompute the chain of the audit log',
        description: 'Keep `head` elsewhere to show later that nothing before it was changed.',
        tags: ['audit'],
        response: { 200: z.object({ entries: z.number(), head: z.string(), brokenAt: z.number().optional() }) },
      },
    },
    async () => store.audit.check(),
  );
}
