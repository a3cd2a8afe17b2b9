import type { Clock } from '@bulkhead/core';
import { readCertificate, splitPem } from '../certificate/certificate.ts';
import { renewalTime, standing } from '../validity.ts';
import { AUTHORITY_DAYS, Authority, type AuthorityPem, createAuthority } from './authority.ts';

/** What is kept of an authority, wherever that is. */
export interface KeptAuthority {
  /** The one that signs. */
  readonly current: AuthorityPem;
  /** Its successor: trusted already, and signing after the overlap. */
  readonly next?: AuthorityPem | undefined;
  /** Certificates of those before it that may still be met; '' when there are none. */
  readonly previous: string;
}

export interface RenewalOptions {
  /** The common name of authorities made here. */
  readonly commonName: string;
  readonly clock: Clock;
  readonly days?: number;
  /** How long peers have to learn the next authority before it signs. */
  readonly overlapDays?: number;
}

/** Agents that are away for longer than this while the authority changes have to be enrolled again. */
const OVERLAP_DAYS = 90;
const DAY_MS = 86_400_000;

/**
 * The next thing to do with an authority, as what is kept afterwards; nothing when nothing is due. When two thirds of its
 * life are over a successor is made and becomes trusted; after the overlap the successor signs, and the old one stays
 * trusted until it expires. So at no moment does a peer meet a signature whose authority it has not had time to learn.
 */
export async function nextAuthority(
  kept: KeptAuthority | undefined,
  { commonName, clock, days = AUTHORITY_DAYS, overlapDays = OVERLAP_DAYS }: RenewalOptions,
): Promise<KeptAuthority | undefined> {
  if (kept === undefined) return { current: await createAuthority(commonName, { clock, days }), previous: '' };
  const { current, next, previous } = kept;
  const now = clock.now();
  const validity = readCertificate(current.certificatePem);
  if (next === undefined) {
    if (now < renewalTime(validity)) return undefined;
    return { ...kept, next: await createAuthority(commonName, { clock, days }) };
  }
  const since = readCertificate(next.certificatePem).notBefore;
  if (now < since + overlapDays * DAY_MS && standing(validity, now) !== 'expired') return undefined;
  return { current: next, previous: `${stillValid(previous, now)}${current.certificatePem}` };
}

/** What signs by what is kept. */
export function authorityOf({ current, next, previous }: KeptAuthority, clock: Clock): Authority {
  const alsoTrusted = `${next?.certificatePem ?? ''}${stillValid(previous, clock.now())}`;
  return new Authority(current, { clock, ...(alsoTrusted !== '' && { alsoTrustedPem: alsoTrusted }) });
}

/** The certificates of a PEM text that have not expired. */
function stillValid(pem: string, now: number): string {
  if (pem === '') return '';
  return splitPem(pem)
    .filter((each) => standing(readCertificate(each), now) !== 'expired')
    .join('');
}
