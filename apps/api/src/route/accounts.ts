import type { Account } from '@bulkhead/control-plane';
import { z } from 'zod';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD } from '../access/password.ts';
import { newId, newSecret } from '../access/secret.ts';
import type { ApiContext } from '../context.ts';
import { HttpProblem } from '../http/problem.ts';
import { Binding, Name, PageQuery, pageOf } from '../http/schema.ts';
import type { Api } from '../http/server.ts';

/** Nobody has roles in more namespaces by hand. */
const MAX_BINDINGS = 100;
const Bindings = z.array(Binding).max(MAX_BINDINGS);
const Password = z.string().min(MIN_PASSWORD).max(MAX_PASSWORD);

const AccountAnswer = z.object({
  name: z.string(),
  bindings: z.array(Binding).readonly(),
  disabled: z.boolean(),
  createdAt: z.string(),
  lastSignIn: z.string().optional(),
  provider: z.object({ issuer: z.string(), subject: z.string() }).optional(),
});
const Params = z.strictObject({ name: Name });

/** The people who sign in. */
export function addAccountRoutes(app: Api, { store, clock }: ApiContext): void {
  app.get(
    '/api/v1/accounts',
    {
      config: { access: 'accounts:read' },
      schema: {
        summary: 'List accounts',
        tags: ['accounts'],
        querystring: PageQuery,
        response: { 200: pageOf(AccountAnswer) },
      },
    },
    async ({ query }) => store.accounts.list(query),
  );

  app.post(
    '/api/v1/accounts',
    {
      config: { access: 'accounts:write', action: 'account.create' },
      schema: {
        summary: 'Add an account',
        description: 'Without a password one is generated, and answered this once.',
        tags: ['accounts'],
        body: z.strictObject({ name: Name, bindings: Bindings, password: Password.optional() }),
        response: { 201: z.object({ account: AccountAnswer, password: z.string().optional() }) },
      },
    },
    async (request, reply) => {
      const { name, bindings, password } = request.body;
      request.audited = { target: name, detail: { bindings } };
      const given = password ?? newSecret();
      const passwordHash = await hashPassword(given);
      const createdAt = new Date(clock.now()).toISOString();
      const outcome = await store.accounts.create({ id: newId(), name, bindings, createdAt, passwordHash });
      if (outcome === 'exists') throw new HttpProblem(409, 'There is an account of this name already.');
      const account = await requireAccount(store.accounts.get(name));
      return reply.code(201).send({ account, ...(password === undefined && { password: given }) });
    },
  );

  app.patch(
    '/api/v1/accounts/:name',
    {
      config: { access: 'accounts:write', action: 'account.change' },
      schema: {
        summary: 'Change roles, disable an account, or give it another password',
        tags: ['accounts'],
        params: Params,
        body: z.strictObject({
          bindings: Bindings.optional(),
          disabled: z.boolean().optional(),
          password: Password.optional(),
        }),
        response: { 200: AccountAnswer },
      },
    },
    async (request) => {
      const { name } = request.params;
      const { bindings, disabled, password } = request.body;
      request.audited = { target: name, detail: { bindings, disabled, password: password !== undefined } };
      const { id, provider } = await requireAccount(store.accounts.get(name));
      if (provider !== undefined && password !== undefined) {
        throw new HttpProblem(409, 'This account signs in at its provider, and has no password here.');
      }
      const passwordHash = password === undefined ? undefined : await hashPassword(password);
      requireDone(await store.accounts.change(id, { bindings, disabled, passwordHash }));
      return requireAccount(store.accounts.byId(id));
    },
  );

  app.delete(
    '/api/v1/accounts/:name',
    {
      config: { access: 'accounts:write', action: 'account.delete' },
      schema: { summary: 'Remove an account', tags: ['accounts'], params: Params, response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { name } = request.params;
      request.audited = { target: name };
      const { id } = await requireAccount(store.accounts.get(name));
      requireDone(await store.accounts.remove(id));
      return reply.code(204).send(undefined);
    },
  );
}

async function requireAccount(found: Promise<Account | undefined>): Promise<Account> {
  const account = await found;
  if (account === undefined) throw new HttpProblem(404, 'There is no account of this name.');
  return account;
}

function requireDone(outcome: 'changed' | 'removed' | 'absent' | 'last-admin'): void {
  if (outcome === 'absent') throw new HttpProblem(404, 'There is no account of this name.');
  if (outcome === 'last-admin') throw new HttpProblem(409, 'Nobody would be left who administers everything.');
}
