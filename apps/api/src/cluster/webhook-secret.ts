import type { Clock } from '@bulkhead/core';
import { type KubeClient, RESOURCES } from '@bulkhead/kube';
import type { Store } from '@bulkhead/store';
import { TOKEN_PREFIX } from '../access/authenticate.ts';
import { newId, newSecret, secretHash } from '../access/secret.ts';
import type { UnwrittenToken } from './unwritten-token.ts';

/** Renewed long before it ends: a Secret takes minutes to reach a pod, and who installs again may take weeks. */
const DAYS = 90;
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;
const TOKEN_KEY = 'token';
const CA_KEY = 'ca.crt';

export interface WebhookSecretMaking {
  readonly store: Pick<Store, 'apiTokens' | 'audit'>;
  readonly clock: Clock;
  /** Certificates of the authority that the webhook knows the api by (PEM). */
  readonly trustPem: string;
  readonly fieldManager: string;
  readonly unwritten: UnwrittenToken;
}

/**
 * Sees to it that a Secret holds what the webhook needs to ask the api about images: a token of its role, which the store knows
 * and which is not about to end, and the authority of the api's certificate.
 */
export async function keepWebhookSecret(
  client: KubeClient,
  of: { readonly name: string; readonly namespace: string },
  making: WebhookSecretMaking,
): Promise<'kept' | 'made'> {
  const { store, clock, trustPem, fieldManager, unwritten } = making;
  const there = await client.find(RESOURCES.secrets, of);
  const late = new Date(clock.now() + RENEW_DAYS * DAY_MS).toISOString();
  const good = async (token: string | undefined): Promise<string | undefined> =>
    token !== undefined && (await store.apiTokens.find(secretHash(token), late)) !== undefined ? token : undefined;
  const written = await good(textOf(there, TOKEN_KEY));
  if (written !== undefined && textOf(there, CA_KEY) === trustPem) return 'kept';
  const token = written ?? (await good(unwritten.token)) ?? (await makeToken(making, `${of.namespace}/${of.name}`));
  unwritten.token = token;
  const data = { [TOKEN_KEY]: base64(token), [CA_KEY]: base64(trustPem) };
  if (there === undefined) {
    const metadata = { name: of.name, namespace: of.namespace };
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
    await client.create(RESOURCES.secrets, secret, { namespace: of.namespace });
  } else {
    await client.mergePatch(RESOURCES.secrets, of, { data }, { fieldManager });
  }
  unwritten.token = undefined;
  return 'made';
}

async function makeToken({ store, clock }: WebhookSecretMaking, secret: string): Promise<string> {
  const now = clock.now();
  const token = TOKEN_PREFIX + newSecret();
  const details = {
    id: newId(),
    name: 'webhook',
    binding: { role: 'webhook' as const },
    createdBy: 'api',
    createdAt: new Date(now).toISOString(),
    expiresAt: new Date(now + DAYS * DAY_MS).toISOString(),
  };
  await store.apiTokens.create({ ...details, hash: secretHash(token) });
  await store.audit.append({
    at: details.createdAt,
    actor: 'api',
    address: '',
    action: 'token.create',
    target: details.id,
    outcome: 'done',
    detail: { secret, binding: details.binding, expiresAt: details.expiresAt },
  });
  return token;
}

function textOf(secret: object | undefined, key: string): string | undefined {
  const { data } = Object(secret) as { readonly data?: Readonly<Record<string, unknown>> };
  const text = data?.[key];
  return typeof text === 'string' ? Buffer.from(text, 'base64').toString() : undefined;
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
