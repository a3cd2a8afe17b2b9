import {
  Authority,
  type CertificateFacts,
  createAuthority,
  namesAndAddresses,
  readCertificate,
  renewalTime,
  splitPem,
  standing,
} from '@bulkhead/pki';
import type { Pair, SecretContent } from './secret.ts';

/** What is to be done about the Secret. The authorities of whatever it holds are trusted before the next step is asked for. */
export type RotationStep =
  | { readonly step: 'none' }
  /** There is no certificate that can be shown: a new one at once, with whatever gap that has. */
  | { readonly step: 'replace'; readonly why: string }
  /** The certificate is due: its successor is made and trusted, and not yet shown. */
  | { readonly step: 'prepare'; readonly why: string }
  /** The successor has been trusted for long enough to be shown. */
  | { readonly step: 'promote' };

export interface RotationInput {
  readonly content: SecretContent;
  /** Names and addresses that the certificate has to be for. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How long this process has seen the successor trusted, in milliseconds; absent: not yet. */
  readonly trustedForMs: number | undefined;
  readonly overlapMs: number;
}

/** Decides the next step of a rotation. Pure: a leader that takes over in the middle goes on where the Secret is. */
export function nextStep({ content, names, now, trustedForMs, overlapMs }: RotationInput): RotationStep {
  const current = factsOf(content.current);
  if (current === undefined) return { step: 'replace', why: 'there is none' };
  if (standing(current, now) !== 'valid') return { step: 'replace', why: 'it is not valid at this time' };
  if (factsOf(content.next) !== undefined) {
    return trustedForMs !== undefined && trustedForMs >= overlapMs ? { step: 'promote' } : { step: 'none' };
  }
  const known = [...current.dnsNames, ...current.addresses];
  const lacking = names.filter((name) => !known.includes(name));
  if (lacking.length > 0) return { step: 'prepare', why: `it is not for ${lacking.join(', ')}` };
  return now >= renewalTime(current) ? { step: 'prepare', why: 'two thirds of its time are over' } : { step: 'none' };
}

/** What the Secret holds after a step. */
export async function afterStep(
  { step }: RotationStep,
  {
    content,
    names,
    days,
    now,
  }: {
    readonly content: SecretContent;
    readonly names: readonly string[];
    readonly days: number;
    readonly now: number;
  },
): Promise<SecretContent> {
  const { current, next, previousAuthorities } = content;
  switch (step) {
    case 'none':
      return content;
    case 'replace':
      return {
        current: await createPair(names, days),
        next: undefined,
        previousAuthorities: stillValid([current, next], previousAuthorities, now),
      };
    case 'prepare':
      return {
        current,
        next: await createPair(names, days),
        previousAuthorities: stillValid([], previousAuthorities, now),
      };
    default:
      return { current: next, next: undefined, previousAuthorities: stillValid([current], previousAuthorities, now) };
  }
}

/** A certificate signed by an authority of its own, whose key ends here. */
async function createPair(names: readonly string[], days: number): Promise<Pair> {
  const authority = await createAuthority('Bulkhead webhook authority', { days });
  const subject = { commonName: 'bulkhead-webhook', ...namesAndAddresses(names) };
  const { chainPem, keyPem } = await new Authority(authority).issue(subject, ['server'], days);
  return { certificate: chainPem, key: keyPem, authority: authority.certificatePem };
}

/** A replica that does not hear of the new certificate shows the old one: its authority stays trusted until it expires. */
function stillValid(replaced: readonly (Pair | undefined)[], previous: string, now: number): string {
  const pems = [...replaced.map((pair) => pair?.authority ?? ''), previous].join('');
  if (pems === '') return '';
  return [...new Set(splitPem(pems))].filter((pem) => standing(readCertificate(pem), now) !== 'expired').join('');
}

/** Nothing for what is no certificate: it is replaced like one that is missing. */
function factsOf(pair: Pair | undefined): CertificateFacts | undefined {
  try {
    return pair === undefined ? undefined : readCertificate(pair.certificate);
  } catch {
    return undefined;
  }
}
