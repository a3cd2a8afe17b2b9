import { z } from 'zod';
import { TOKEN_PREFIX } from '../access/authenticate.ts';
import { actorOf } from '../access/principal.ts';
import { newId, newSecret, secretHash } from '../access/secret.ts';
import type { ApiContext } from '../context.ts';
import { principalOf } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import { Binding, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

const DAY_MS = 86_400_000;
/** What lives longer is forgotten. */
const MAX_DAYS = 366;

const TokenAnswer = z.object({
  id: z.string(),
  name: z.string(),
  binding: Binding,
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  lastUsedAt: z.string().optional(),
  revokedAt: z.string().optional(),
});

/** Keys for programs. */
export function addTokenRoutes(app: Api, { store, clock }: ApiContext): void {
  app.get(
    '/api/v1/tokens',
    {
      config: { access: 'tokens:read' },
      schema: {
        summary: 'List API tokens',
        tags: ['tokens'],
        querystring: PageQuery,
        response: { 200: pageOf(TokenAnswer) },
      },
    },
    async ({ query }) => store.apiTokens.list(query),
  );

  app.post(
    '/api/v1/tokens',
    {
      config: { access: 'tokens:write', action: 'token.create' },
      schema: {
        summary: 'Make an API token',
        description: 'The token is answered this once; only its hash is kept.',
        tags: ['tokens'],
        body: z.strictObject({
          name: Name,
          role: Binding.shape.role,
          namespace: Name.optional(),
          days: z.int().min(1).max(MAX_DAYS).default(90).describe('How long it is valid.'),
        }),
        response: { 201: z.object({ token: z.string(), details: TokenAnswer }) },
      },
    },
    async (request, reply) => {
      const { name, role, namespace, days } = request.body;
      const now = clock.now();
      const details = {
        id: newId(),
        name,
        binding: { role, ...(namespace !== undefined && { namespace }) },
        createdBy: actorOf(principalOf(request)),
        createdAt: new Date(now).toISOString(),
        expiresAt: new Date(now + days * DAY_MS).toISOString(),
      };
      const { binding, expiresAt } = details;
      request.audited = { target: details.id, detail: { name, binding, expiresAt } };
      const token = TOKEN_PREFIX + newSecret();
      await store.apiTokens.create({ ...details, hash: secretHash(token) });
      return reply.code(201).send({ token, details });
    },
  );

  app.delete(
    '/api/v1/tokens/:id',
    {
      config: { access: 'tokens:write', action: 'token.revoke' },
      schema: {
        summary: 'Revoke an API token',
        tags: ['tokens'],
        params: z.strictObject({ id: Name }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      request.audited = { target: id };
      const outcome = await store.apiTokens.revoke(id, new Date(clock.now()).toISOString());
      if (outcome === 'absent') throw new HttpProblem(404, 'There is no token of this id.');
      return reply.code(204).send(undefined);
    },
  );
}
