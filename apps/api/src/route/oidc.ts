import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { principalOf, SESSION_COOKIE } from '../http/access.ts';
import { HttpProblem } from '../http/problem.ts';
import type { Api } from '../http/server.ts';
import { CALLBACK_PATH, type ProviderSignIn, SIGN_IN_MS } from '../oidc/provider-sign-in.ts';
import type { Refusal } from '../oidc/refusal.ts';
import { openSession, COOKIE as SESSION, Self, SIGN_INS } from './open-session.ts';

/** `Lax`, since it must come along when the provider sends the browser back; it is good for nothing else. */
const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'lax' } as const;
const TRANSACTION_COOKIE = '__Host-bulkhead-oidc';
const MAX_RETURN = 512;
/** Codes of some providers have more than a thousand characters. */
const MAX_PARAMETER = 4_096;
const MAX_PARAMETER_NAME = 64;

/** A place of this very site: a `//host` or a `\` would lead to another. */
const ReturnTo = z
  .string()
  .max(MAX_RETURN)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/, 'must be a path of this site');

/** Signing in at an OpenID provider. */
export function addOidcRoutes(app: Api, context: ApiContext): void {
  app.get(
    '/api/v1/session/methods',
    {
      config: { access: 'public' },
      schema: {
        summary: 'How people sign in here',
        tags: ['session'],
        security: [],
        response: {
          200: z.object({
            password: z.boolean(),
            oidc: z.object({ issuer: z.string(), begin: z.string() }).optional(),
          }),
        },
      },
    },
    async () => {
      const { provider } = context;
      const oidc = provider === undefined ? {} : { oidc: { issuer: provider.issuer, begin: '/api/v1/session/oidc' } };
      return { password: true, ...oidc };
    },
  );

  app.get(
    '/api/v1/session/oidc',
    {
      config: { access: 'public', action: 'session.begin', audit: 'refusals', rateLimit: SIGN_INS },
      schema: {
        summary: 'Sign in at the OpenID provider: sends the browser there',
        tags: ['session'],
        security: [],
        querystring: z.strictObject({
          returnTo: ReturnTo.optional().describe('Where the browser goes when it is signed in.'),
        }),
        response: { 302: z.undefined() },
      },
    },
    async (request, reply) => {
      const provider = required(context.provider);
      request.audited = { detail: { provider: provider.issuer } };
      const begun = await provider.begin(request.query.returnTo);
      if ('refusal' in begun) throw problemOfRefusal(request.audited, begun.refusal);
      reply.setCookie(TRANSACTION_COOKIE, begun.sealed, { ...COOKIE, maxAge: SIGN_IN_MS / 1_000 });
      return reply.redirect(begun.location, 302);
    },
  );

  app.get(
    CALLBACK_PATH,
    {
      config: { access: 'public', action: 'session.open', rateLimit: SIGN_INS },
      schema: {
        summary: 'Where the OpenID provider sends the browser back to',
        description: 'Without `returnTo` the answer is who you are.',
        tags: ['session'],
        security: [],
        querystring: z.record(z.string().max(MAX_PARAMETER_NAME), z.string().max(MAX_PARAMETER)),
        response: { 200: Self, 303: z.undefined() },
      },
    },
    async (request, reply) => {
      const provider = required(context.provider);
      request.audited = { detail: { provider: provider.issuer } };
      // Whatever comes of it, it was used.
      reply.clearCookie(TRANSACTION_COOKIE, COOKIE);
      const result = await provider.finish(new URLSearchParams(request.query), request.cookies[TRANSACTION_COOKIE]);
      if (result.outcome === 'not') {
        if (result.name !== undefined) request.audited.target = result.name;
        throw problemOfRefusal(request.audited, result.refusal);
      }
      request.audited.target = result.account.name;
      const self = await openSession(context, reply, result.account);
      return result.returnTo === undefined ? self : reply.redirect(result.returnTo, 303);
    },
  );

  app.delete(
    '/api/v1/session/oidc',
    {
      config: { access: 'signed-in', action: 'session.close' },
      schema: {
        summary: 'Sign out here and at the OpenID provider',
        description: 'Ends the session here. `location` is where the browser goes to end the one at the provider.',
        tags: ['session'],
        response: { 200: z.object({ location: z.string().optional() }) },
      },
    },
    async (request, reply) => {
      const { authenticator, provider, store } = context;
      const { kind, id, session } = principalOf(request);
      const account = kind === 'account' ? await store.accounts.byId(id) : undefined;
      if (session !== undefined) await authenticator.closeSession(session);
      const location = account === undefined ? undefined : await provider?.signOutLocation(account);
      reply.clearCookie(SESSION_COOKIE, SESSION);
      return location === undefined ? {} : { location };
    },
  );
}

function required(provider: ProviderSignIn | undefined): ProviderSignIn {
  if (provider === undefined) throw new HttpProblem(404, 'No OpenID provider is configured here.');
  return provider;
}

function problemOfRefusal(audited: { detail?: Record<string, unknown> }, { kind, detail }: Refusal): HttpProblem {
  audited.detail = { ...audited.detail, why: detail };
  if (kind === 'refused') return new HttpProblem(401, detail);
  return new HttpProblem(503, `${detail} Accounts with a password sign in as ever.`);
}
