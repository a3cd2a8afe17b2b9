import { type KubeObject, RESOURCES } from '@bulkhead/kube';
import { z } from 'zod';
import { type Certificate, certificateOf } from './certificate.ts';

/**
 * What the Secret holds, decoded. Each certificate has an authority of its own, whose key is thrown away once it has signed: nobody can
 * make another certificate that the API server would trust, also not who reads the Secret.
 */
export interface SecretContent {
  readonly current: Pair | undefined;
  /** Already trusted, not yet shown. */
  readonly next: Pair | undefined;
  /** Authorities of certificates that were shown before and have not expired, PEM. */
  readonly previousAuthorities: string;
}

/** A certificate, its key, and the authority to trust for it; all PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

const Data = z.object({ data: z.record(z.string(), z.string()).nullish() });

const KEYS = {
  current: { certificate: 'tls.crt', key: 'tls.key', authority: 'ca.crt' },
  next: { certificate: 'next.crt', key: 'next.key', authority: 'next-ca.crt' },
} as const;
const PREVIOUS = 'previous-ca.crt';

/** Reads the Secret; a pair of which a part is missing counts as none. */
export function readSecret(object: KubeObject): SecretContent {
  const data = Data.safeParse(object).data?.data ?? {};
  const text = (key: string): string => Buffer.from(data[key] ?? '', 'base64').toString('utf8');
  const pair = (keys: (typeof KEYS)[keyof typeof KEYS]): Pair | undefined => {
    const found = { certificate: text(keys.certificate), key: text(keys.key), authority: text(keys.authority) };
    return Object.values(found).includes('') ? undefined : found;
  };
  return { current: pair(KEYS.current), next: pair(KEYS.next), previousAuthorities: text(PREVIOUS) };
}

/** The Secret with this content, of the type that others expect of certificates. */
export function secretOf(name: string, { current, next, previousAuthorities }: SecretContent): object {
  const texts = new Map<string, string>();
  for (const [which, pair] of [
    ['current', current],
    ['next', next],
  ] as const) {
    if (pair === undefined) continue;
    for (const part of ['certificate', 'key', 'authority'] as const) texts.set(KEYS[which][part], pair[part]);
  }
  if (previousAuthorities !== '') texts.set(PREVIOUS, previousAuthorities);
  return {
    metadata: { name, labels: { 'app.kubernetes.io/name': 'bulkhead', 'app.kubernetes.io/component': 'webhook' } },
    type: 'kubernetes.io/tls',
    data: Object.fromEntries([...texts].map(([key, value]) => [key, Buffer.from(value).toString('base64')])),
  };
}

/** The certificate to show. Throws `INVALID_CERTIFICATE` where the Secret holds none. */
export function servedCertificate(object: KubeObject): Certificate {
  const { current } = readSecret(object);
  const where = `of the Secret ${JSON.stringify(object.metadata.name)}`;
  return certificateOf(current?.certificate ?? '', current?.key ?? '', where);
}

/** Everything the API server has to trust, so that whichever of the certificates is shown is believed. */
export function trustOf({ current, next, previousAuthorities }: SecretContent): string {
  return [current?.authority ?? '', next?.authority ?? '', previousAuthorities].filter((pem) => pem !== '').join('');
}

export const { secrets: SECRETS } = RESOURCES;
