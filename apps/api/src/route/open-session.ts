import type { Account } from '@bulkhead/control-plane';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { csrfTokenOf } from '../access/secret.ts';
import type { ApiContext } from '../context.ts';
import { SESSION_COOKIE } from '../http/access.ts';
import { Binding } from '../http/schema.ts';

/** Sign-ins take memory and time on purpose: few are enough for people. */
const SIGN_INS_A_MINUTE = 30;
export const SIGN_INS = { max: SIGN_INS_A_MINUTE, timeWindow: 60_000 };
export const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'strict' } as const;

/** Who somebody is. */
export const Self = z.object({
  kind: z.enum(['account', 'token']),
  name: z.string(),
  bindings: z.array(Binding).readonly(),
  csrfToken: z.string().optional().describe('What changes with this session carry in the header x-csrf-token.'),
});

/** Opens a session for somebody who is proven, sets its cookie, and gives what they are told. */
export async function openSession(
  { authenticator, sessionMs }: Pick<ApiContext, 'authenticator' | 'sessionMs'>,
  reply: FastifyReply,
  account: Account,
): Promise<z.output<typeof Self>> {
  const secret = await authenticator.openSession(account);
  reply.setCookie(SESSION_COOKIE, secret, { ...COOKIE, maxAge: Math.floor(sessionMs / 1000) });
  return { kind: 'account', name: account.name, bindings: account.bindings, csrfToken: csrfTokenOf(secret) };
}
