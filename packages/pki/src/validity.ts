export const DAY_MS = 86_400_000;

/** Clocks of a cluster differ by seconds, those of a machine that just started by minutes: a new certificate holds for them too. */
export const BACKDATE_MS = 5 * 60_000;

/** From when on and until when something holds, in milliseconds since the Unix epoch. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** How a time stands to a validity. The last second counts as within, as RFC 5280 has it. */
export function standing({ notBefore, notAfter }: Validity, now: number): 'early' | 'valid' | 'expired' {
  if (now < notBefore) return 'early';
  return now <= notAfter ? 'valid' : 'expired';
}

/** The share of a lifetime after which it is renewed: a third is left for renewals that fail. */
const RENEW_AFTER = 2 / 3;

/** When something that holds this long is due to be renewed, in milliseconds since the Unix epoch. */
export function renewalTime({ notBefore, notAfter }: Validity): number {
  return Math.floor(notBefore + (notAfter - notBefore) * RENEW_AFTER);
}

/** The validity of what is issued now: backdated, whole seconds, never beyond its issuer's. */
export function validityFrom(now: number, days: number, issuer?: Validity): Validity {
  const notBefore = floorSecond(Math.max(now - BACKDATE_MS, issuer?.notBefore ?? 0));
  const notAfter = floorSecond(Math.min(now + days * DAY_MS, issuer?.notAfter ?? Number.POSITIVE_INFINITY));
  return { notBefore, notAfter };
}

/** Certificates know no fractions of seconds. */
function floorSecond(ms: number): number {
  return Math.floor(ms / 1_000) * 1_000;
}
