import { VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const Peer = z.object({
  kind: z.enum(['group', 'workload', 'address']),
  name: z.string(),
  namespace: z.string().optional(),
});

const FlowAnswer = z.object({
  id: z.number(),
  client: Peer,
  server: Peer,
  port: z.number(),
  application: z.string(),
  verdict: z.enum(VERDICTS),
  bytes: z.number(),
  sessions: z.number(),
  firstSeen: z.string(),
  lastSeen: z.string(),
});

/** Conversations, summed up. */
export function addFlowRoutes(app: Api, { store }: ApiContext): void {
  app.get(
    '/api/v1/flows',
    {
      config: { access: 'flows:read' },
      schema: {
        summary: 'List flows, the latest seen first',
        tags: ['flows'],
        querystring: PageQuery.extend({ namespace: Name.optional(), verdict: z.enum(VERDICTS).optional() }),
        response: { 200: pageOf(FlowAnswer) },
      },
    },
    async (request) => {
      const { namespace, verdict, ...page } = request.query;
      return store.flows.list({ ...namespacesOf(request, 'flows:read', namespace), verdict }, page);
    },
  );
}
