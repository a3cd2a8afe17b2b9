import { FLOW_PROTOCOLS, FLOW_SIDES } from '@bulkhead/control-plane';
import { RULE_VERDICTS } from '@bulkhead/core';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { namespacesOf } from '../http/access.ts';
import { Moment, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const MAX_PORT = 65_535;

const End = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('workload'),
    namespace: z.string().optional(),
    name: z.string().describe('Of what runs it: all pods of a deployment are one.'),
  }),
  z.object({ kind: z.literal('node'), name: z.string() }),
  z.object({
    kind: z.literal('address'),
    name: z.string().describe('An address, or a prefix for more of them than are told one by one.'),
    domain: z.string().optional().describe('What it was looked up as.'),
  }),
]);

const FlowAnswer = z.object({
  id: z.number(),
  client: End,
  server: End,
  seenBy: z.array(z.enum(FLOW_SIDES)).readonly().describe('The ends at which an agent saw it.'),
  protocol: z.enum(FLOW_PROTOCOLS),
  port: z.number().optional().describe("The server's; absent for ICMP."),
  application: z.string().optional().describe('What is spoken; absent where it was not recognised.'),
  verdict: z.enum(RULE_VERDICTS),
  bytes: z.number().describe('Of both directions.'),
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
        summary: 'List who talks to whom, the latest seen first',
        tags: ['flows'],
        querystring: PageQuery.extend({
          namespace: Name.optional().describe('Only those with an end there.'),
          workload: Name.optional().describe('Only those with an end of this name.'),
          verdict: z.enum(RULE_VERDICTS).optional(),
          application: Name.optional(),
          port: z.coerce.number().int().min(0).max(MAX_PORT).optional(),
          since: Moment.optional().describe('Last seen at or after.'),
        }),
        response: { 200: pageOf(FlowAnswer) },
      },
    },
    async (request) => {
      const { namespace, limit, after, ...filter } = request.query;
      return store.flows.list({ ...namespacesOf(request, 'flows:read', namespace), ...filter }, { limit, after });
    },
  );
}
