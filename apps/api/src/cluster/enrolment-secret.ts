import { type KubeClient, RESOURCES } from '@bulkhead/kube';
import { parseToken } from '@bulkhead/rpc';
import { makeEnrolmentToken, type TokenMaking } from '../agent/make-enrolment-token.ts';
import type { UnwrittenToken } from './unwritten-token.ts';

/** Nodes come and go for years; the token is another one long before it ends. */
const DAYS = 90;
const RENEW_DAYS = 30;
const DAY_MS = 86_400_000;
/** More nodes than a cluster has, and its agents enrol again when their folder is lost. */
const USES = 100_000;
const KEY = 'token';
/** When the token in the Secret has to be another one. */
const RENEW_AT = 'bulkhead.io/renew-at';

/** Sees to it that a Secret holds a token that agents can enrol with. Made, and made anew in time or for another authority. */
export async function keepEnrolmentSecret(
  client: KubeClient,
  of: { readonly name: string; readonly namespace: string },
  making: TokenMaking & { readonly fieldManager: string; readonly unwritten: UnwrittenToken },
): Promise<'kept' | 'made'> {
  const { clock, pin, fieldManager, unwritten } = making;
  const now = clock.now();
  const there = await client.find(RESOURCES.secrets, of);
  const renewAt = Date.parse(there?.metadata.annotations?.[RENEW_AT] ?? '');
  if (renewAt > now && pinOf(there) === pin) return 'kept';
  if (Date.parse(unwritten.renewAt) <= now || pinOfText(unwritten.token) !== pin) unwritten.token = undefined;
  if (unwritten.token === undefined) {
    const detail = { secret: `${of.namespace}/${of.name}` };
    unwritten.token = await makeEnrolmentToken(making, { validMs: DAYS * DAY_MS, uses: USES, detail });
    unwritten.renewAt = new Date(now + (DAYS - RENEW_DAYS) * DAY_MS).toISOString();
  }
  const { token, renewAt: renewal } = unwritten;
  const annotations = { [RENEW_AT]: renewal };
  const object = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: of.name, namespace: of.namespace, annotations },
    type: 'Opaque',
    data: { [KEY]: Buffer.from(token).toString('base64') },
  };
  if (there === undefined) await client.create(RESOURCES.secrets, object, { namespace: of.namespace });
  else
    await client.mergePatch(RESOURCES.secrets, of, { metadata: { annotations }, data: object.data }, { fieldManager });
  unwritten.token = undefined;
  return 'made';
}

function pinOf(secret: object | undefined): string | undefined {
  const { data } = Object(secret) as { readonly data?: { readonly [KEY]?: unknown } };
  const text = data?.[KEY];
  return typeof text === 'string' ? pinOfText(Buffer.from(text, 'base64').toString()) : undefined;
}

function pinOfText(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  try {
    return parseToken(token).pin;
  } catch {
    // What somebody else wrote there is no token, and is replaced.
    return undefined;
  }
}
