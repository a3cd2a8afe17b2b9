import { formatToken } from '@bulkhead/rpc';
import { z } from 'zod';
import { actorOf } from '../access/principal.ts';
import { newId, newSecret, secretHash } from '../access/secret.ts';
import { REVOKED } from '../agent/hub.ts';
import type { ApiContext } from '../context.ts';
import { principalOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';
import { beginScan } from '../node-scan/begin-scan.ts';
import { ActionAnswer } from './workloads.ts';

const HOUR_MS = 3_600_000;
/** A DaemonSet's token lives long, since nodes come and go; a year is enough to be renewed. */
const MAX_HOURS = 366 * 24;
const MAX_USES = 100_000;

const AgentAnswer = z.object({
  id: z.string(),
  node: z.string(),
  certificateSerial: z.string().optional(),
  enrolledAt: z.string(),
  version: z.string().optional(),
  lastSeen: z.string().optional(),
  connected: z.boolean(),
  revokedAt: z.string().optional(),
  policy: z.object({
    applied: z.string().optional(),
    failed: z.string().optional(),
    problem: z.string().optional(),
  }),
  eventsLost: z.number(),
});
const TokenAnswer = z.object({
  id: z.string(),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  usesLeft: z.number(),
  revokedAt: z.string().optional(),
});
const ById = z.strictObject({ id: Name });

/** The agents, and how more of them come in. */
export function addAgentRoutes(app: Api, { store, clock, agents, authorityPin }: ApiContext): void {
  const now = (): string => new Date(clock.now()).toISOString();

  app.get(
    '/api/v1/agents',
    {
      config: { access: 'agents:read' },
      schema: {
        summary: 'List agents',
        tags: ['agents'],
        querystring: PageQuery,
        response: { 200: pageOf(AgentAnswer) },
      },
    },
    async ({ query }) => store.agents.list(query),
  );

  app.post(
    '/api/v1/agents/:id/actions',
    {
      config: { access: 'agents:write', action: 'agent.action' },
      schema: {
        summary: 'Have an agent scan its node',
        tags: ['agents'],
        params: ById,
        body: z.strictObject({ kind: z.literal('scan') }),
        response: { 200: ActionAnswer },
      },
    },
    async (request) => {
      const { id } = request.params;
      request.audited = { target: id, detail: { ...request.body } };
      const agent = await store.agents.get(id);
      if (agent === undefined) throw new HttpProblem(404, 'There is no agent of this id.');
      const outcome = await beginScan({ agent: id, node: agent.node }, { agents, nodeScans: store.nodeScans, clock });
      if (outcome === undefined) throw new HttpProblem(503, 'The agent does not answer now.');
      request.audited.detail = { ...request.body, outcome: outcome.outcome };
      return outcome;
    },
  );

  app.delete(
    '/api/v1/agents/:id',
    {
      config: { access: 'agents:write', action: 'agent.revoke' },
      schema: {
        summary: 'Revoke an agent',
        description: 'Its certificate is refused from now on. What it enforces on its node stays as it is.',
        tags: ['agents'],
        params: ById,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      request.audited = { target: id };
      if ((await store.agents.revoke(id, now())) === 'absent')
        throw new HttpProblem(404, 'There is no agent of this id.');
      await agents.dismiss(id, REVOKED);
      return reply.code(204).send(undefined);
    },
  );

  app.get(
    '/api/v1/enrolment-tokens',
    {
      config: { access: 'agents:read' },
      schema: {
        summary: 'List enrolment tokens',
        tags: ['agents'],
        querystring: PageQuery,
        response: { 200: pageOf(TokenAnswer) },
      },
    },
    async ({ query }) => store.enrolmentTokens.list(query),
  );

  app.post(
    '/api/v1/enrolment-tokens',
    {
      config: { access: 'agents:write', action: 'enrolment-token.create' },
      schema: {
        summary: 'Make a token that agents enrol with',
        description: 'The token is answered this once; only a hash of its secret is kept.',
        tags: ['agents'],
        body: z.strictObject({
          hours: z.int().min(1).max(MAX_HOURS).default(24).describe('How long it is valid.'),
          uses: z.int().min(1).max(MAX_USES).default(1).describe('How many agents it lets in.'),
        }),
        response: { 201: z.object({ token: z.string(), details: TokenAnswer }) },
      },
    },
    async (request, reply) => {
      const { hours, uses } = request.body;
      const pin = authorityPin();
      if (pin === undefined) throw new HttpProblem(409, 'This api serves no agents.');
      const createdBy = actorOf(principalOf(request));
      const expiresAt = new Date(clock.now() + hours * HOUR_MS).toISOString();
      const details = { id: newId(), createdBy, createdAt: now(), expiresAt, usesLeft: uses };
      request.audited = { target: details.id, detail: { expiresAt, uses } };
      const secret = newSecret();
      await store.enrolmentTokens.create({ ...details, hash: secretHash(secret) });
      return reply.code(201).send({ token: formatToken({ id: details.id, secret, pin }), details });
    },
  );

  app.delete(
    '/api/v1/enrolment-tokens/:id',
    {
      config: { access: 'agents:write', action: 'enrolment-token.revoke' },
      schema: {
        summary: 'Revoke an enrolment token',
        tags: ['agents'],
        params: ById,
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      request.audited = { target: id };
      const outcome = await store.enrolmentTokens.revoke(id, now());
      if (outcome === 'absent') throw new HttpProblem(404, 'There is no token of this id.');
      return reply.code(204).send(undefined);
    },
  );
}
