import { z } from 'zod';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD } from '../access/password.ts';
import { csrfTokenOf } from '../access/secret.ts';
import type { ApiContext } from '../context.ts';
import { principalOf, SESSION_COOKIE } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Api } from '../http/server.ts';
import { COOKIE, openSession, Self, SIGN_INS } from './open-session.ts';

/** Signing in and out with a browser. */
export function addSessionRoutes(app: Api, context: ApiContext): void {
  const { signIn, authenticator, store } = context;
  app.post(
    '/api/v1/session',
    {
      config: { access: 'public', action: 'session.open', rateLimit: SIGN_INS },
      schema: {
        summary: 'Sign in with a password',
        tags: ['session'],
        security: [],
        body: z.strictObject({ name: z.string().min(1).max(253), password: z.string().min(1).max(MAX_PASSWORD) }),
        response: { 200: Self },
      },
    },
    async (request, reply) => {
      const { name, password } = request.body;
      request.audited = { target: name };
      const result = await signIn.attempt(name, password, request.ip);
      if (result.outcome === 'locked') throw locked(request.audited, result.until);
      if (result.outcome === 'refused') throw new HttpProblem(401, 'The name or the password is wrong.');
      return openSession(context, reply, result.account);
    },
  );

  app.get(
    '/api/v1/session',
    {
      config: { access: 'signed-in' },
      schema: { summary: 'Who you are', tags: ['session'], response: { 200: Self } },
    },
    async (request) => {
      const { kind, name, bindings, session } = principalOf(request);
      return { kind, name, bindings, ...(session !== undefined && { csrfToken: csrfTokenOf(session) }) };
    },
  );

  app.delete(
    '/api/v1/session',
    {
      config: { access: 'signed-in', action: 'session.close' },
      schema: { summary: 'Sign out', tags: ['session'], response: { 204: z.undefined() } },
    },
    async (request, reply) => {
      const { session } = principalOf(request);
      if (session !== undefined) await authenticator.closeSession(session);
      return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send(undefined);
    },
  );

  app.put(
    '/api/v1/session/password',
    {
      config: { access: 'signed-in', action: 'session.password', rateLimit: SIGN_INS },
      schema: {
        summary: 'Change your password',
        description: 'Ends all sessions of the account.',
        tags: ['session'],
        body: z.strictObject({
          current: z.string().min(1).max(MAX_PASSWORD),
          next: z.string().min(MIN_PASSWORD).max(MAX_PASSWORD),
        }),
        response: { 204: z.undefined() },
      },
    },
    async (request, reply) => {
      const { kind, id, name } = principalOf(request);
      request.audited = { target: name };
      const hash = kind === 'account' ? await store.accounts.passwordHash(id) : undefined;
      if (hash === undefined) throw new HttpProblem(409, 'There is no password to change here.');
      // As a sign-in: whoever came by a session does not get to try passwords without end.
      const result = await signIn.attempt(name, request.body.current, request.ip);
      if (result.outcome === 'locked') throw locked(request.audited, result.until);
      if (result.outcome === 'refused') throw new HttpProblem(403, 'The current password is wrong.');
      await store.accounts.change(id, { passwordHash: await hashPassword(request.body.next) });
      return reply.clearCookie(SESSION_COOKIE, COOKIE).code(204).send(undefined);
    },
  );
}

function locked(audited: { detail?: Record<string, unknown> }, until: string): HttpProblem {
  audited.detail = { locked: true };
  return new HttpProblem(429, `Too many failed sign-ins; try again after ${until}.`);
}
