import type { Clock } from '@bulkhead/core';
import { formatToken } from '@bulkhead/rpc';
import type { Store } from '@bulkhead/store';
import { newId, newSecret, secretHash } from '../access/secret.ts';

export interface TokenMaking {
  readonly store: Pick<Store, 'enrolmentTokens' | 'audit'>;
  readonly clock: Clock;
  /** Of the authority that enrolling agents recognise the api by. */
  readonly pin: string;
}

/** Makes an enrolment token of the api's own, and notes for whom: a Secret, a file. Gives its text, which is nowhere else. */
export async function makeEnrolmentToken(
  { store, clock, pin }: TokenMaking,
  token: { readonly validMs: number; readonly uses: number; readonly detail: Readonly<Record<string, string>> },
): Promise<string> {
  const now = clock.now();
  const details = {
    id: newId(),
    createdBy: 'api',
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + token.validMs).toISOString(),
    usesLeft: token.uses,
  };
  const secret = newSecret();
  await store.enrolmentTokens.create({ ...details, hash: secretHash(secret) });
  await store.audit.append({
    at: details.createdAt,
    actor: 'api',
    address: '',
    action: 'enrolment-token.create',
    target: details.id,
    outcome: 'done',
    detail: { ...token.detail, expiresAt: details.expiresAt },
  });
  return formatToken({ id: details.id, secret, pin });
}
