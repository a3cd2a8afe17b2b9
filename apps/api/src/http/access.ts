import { namespacesFor, type Permission } from '@bulkhead/control-plane';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Authenticator } from '../access/authenticate.ts';
import type { Principal } from '../access/principal.ts';
import { csrfTokenOf, isSameText } from '../access/secret.ts';
import { HttpProblem } from './problem.ts';

/** Who may use a route: everybody, whoever is signed in, or who holds a permission somewhere. */
export type Access = 'public' | 'signed-in' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route says it: one that does not keeps the api from starting. */
    access?: Access;
    /** What the audit log calls it. Every route that changes something says it. */
    action?: string;
    /** What of it the audit log has: all of it unless this says otherwise. */
    audit?: 'refusals';
  }
  interface FastifyRequest {
    principal: Principal | undefined;
    /** What an entry of the audit log says beside its action; set by the handler. */
    audited: { target?: string; detail?: Record<string, unknown> };
  }
}

/** `__Host-`: browsers take it only over TLS, for this host alone and all of its paths. */
export const SESSION_COOKIE = '__Host-bulkhead';
export const CSRF_HEADER = 'x-csrf-token';

const SAFE: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Has every route of `app` that is added later checked, before its body is read. */
export function guardRoutes(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('principal', undefined);
  app.decorateRequest('audited');
  app.addHook('onRoute', ({ config, method, url }) => {
    if (config?.access === undefined) throw new Error(`${String(method)} ${url} does not say who may use it`);
    const methods = Array.isArray(method) ? method : [method];
    if (config.action === undefined && methods.some((name) => !SAFE.has(name))) {
      throw new Error(`${String(method)} ${url} changes something and does not say what it is called`);
    }
  });
  app.addHook('onRequest', async (request) => {
    request.audited = {};
    const { access = 'signed-in' } = request.routeOptions.config;
    if (access === 'public') return;
    const principal = await authenticate(request, authenticator);
    if (principal === undefined) throw new HttpProblem(401, 'Sign in, or send a valid token.');
    request.principal = principal;
    if (access === 'signed-in' || namespacesFor(principal.bindings, access) !== undefined) return;
    throw new HttpProblem(403, `This needs the permission ${access}.`);
  });
}

async function authenticate(request: FastifyRequest, authenticator: Authenticator): Promise<Principal | undefined> {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const [scheme = '', token = ''] = authorization.split(' ', 2);
    return scheme.toLowerCase() === 'bearer' ? authenticator.byToken(token) : undefined;
  }
  const secret = request.cookies[SESSION_COOKIE];
  if (secret === undefined) return undefined;
  const principal = await authenticator.bySession(secret);
  if (principal === undefined || SAFE.has(request.method)) return principal;
  // A page of somebody else makes browsers send the cookie, but cannot know what belongs beside it.
  const sent = request.headers[CSRF_HEADER];
  if (typeof sent === 'string' && isSameText(sent, csrfTokenOf(secret))) return principal;
  throw new HttpProblem(403, `A change with a session needs its csrfToken in the header ${CSRF_HEADER}.`);
}

/** Who makes a request to a route that is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (request.principal === undefined) throw new HttpProblem(401, 'Sign in, or send a valid token.');
  return request.principal;
}

/** A filter for the namespaces that somebody may see; absent for who may see all. */
export function namespacesOf(
  request: FastifyRequest,
  permission: Permission,
  asked?: string,
): { readonly namespaces?: readonly string[] } {
  const allowed = namespacesFor(principalOf(request).bindings, permission) ?? [];
  if (asked === undefined) return allowed === 'all' ? {} : { namespaces: allowed };
  if (allowed !== 'all' && !allowed.includes(asked)) {
    throw new HttpProblem(403, `This needs the permission ${permission} in that namespace.`);
  }
  return { namespaces: [asked] };
}

/** Whether somebody may see or change something of a namespace; what has none is only for who may see all. */
export function mayIn(request: FastifyRequest, permission: Permission, namespace: string | undefined): boolean {
  const allowed = namespacesFor(principalOf(request).bindings, permission) ?? [];
  return allowed === 'all' || (namespace !== undefined && allowed.includes(namespace));
}
