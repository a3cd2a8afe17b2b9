import { type KubeClient, KubeError, type KubeObject, RESOURCES } from '@bulkhead/kube';
import type { AuthorityPlace, KeptAuthority } from '@bulkhead/pki';
import { ApiError } from '../error.ts';

/** The names of the files of a folder that keeps an authority. */
const KEYS = { current: 'ca', next: 'next-ca', previous: 'previous-ca.crt' } as const;

type Found = KubeObject | undefined;

/** A Secret in which the apis of a cluster keep the authority that all of them sign by. */
export function authoritySecret(
  client: KubeClient,
  of: { readonly name: string; readonly namespace: string },
): AuthorityPlace<Found> {
  return {
    async read() {
      const found = await client.find(RESOURCES.secrets, of);
      return { kept: found === undefined ? undefined : keptIn(found, of), revision: found };
    },
    write: (kept, before) => write(client, of, kept, before).then(() => 'written' as const, conflict),
  };
}

async function write(
  client: KubeClient,
  { name, namespace }: { readonly name: string; readonly namespace: string },
  { current, next, previous }: KeptAuthority,
  before: Found,
): Promise<void> {
  const texts = [
    [`${KEYS.current}.crt`, current.certificatePem],
    [`${KEYS.current}.key`, current.keyPem],
    ...(next === undefined
      ? []
      : [
          [`${KEYS.next}.crt`, next.certificatePem],
          [`${KEYS.next}.key`, next.keyPem],
        ]),
    ...(previous === '' ? [] : [[KEYS.previous, previous]]),
  ] as const;
  const data = Object.fromEntries(texts.map(([key = '', text = '']) => [key, Buffer.from(text).toString('base64')]));
  const secret = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', data };
  if (before === undefined) {
    await client.create(RESOURCES.secrets, { ...secret, metadata: { name, namespace } }, { namespace });
    return;
  }
  // Only when it is still the one that was read.
  const { labels, annotations, resourceVersion } = before.metadata;
  const metadata = { name, namespace, labels, annotations, resourceVersion };
  await client.replace(RESOURCES.secrets, { name, namespace }, { ...secret, type: before['type'], metadata });
}

function conflict(error: unknown): 'conflict' {
  if (error instanceof KubeError && ['CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND'].includes(error.code)) return 'conflict';
  throw error;
}

function keptIn(secret: KubeObject, { name, namespace }: { readonly name: string; readonly namespace: string }) {
  const { data = {} } = secret as { readonly data?: Readonly<Record<string, unknown>> };
  const textOf = (key: string): string | undefined => {
    const text = data[key];
    return typeof text === 'string' ? Buffer.from(text, 'base64').toString() : undefined;
  };
  const pairOf = (key: string): KeptAuthority['current'] | undefined => {
    const [certificatePem, keyPem] = [textOf(`${key}.crt`), textOf(`${key}.key`)];
    return certificatePem === undefined || keyPem === undefined ? undefined : { certificatePem, keyPem };
  };
  const current = pairOf(KEYS.current);
  if (current === undefined) {
    throw new ApiError('INVALID_SECRET', {
      what: `cannot use the Secret ${namespace}/${name} as the authority of the api`,
      why: `it has no ${KEYS.current}.crt with a ${KEYS.current}.key`,
      fix: 'delete it to begin with a new authority, or bring them back',
    });
  }
  return { current, next: pairOf(KEYS.next), previous: textOf(KEYS.previous) ?? '' };
}
