/** Who has signed without a key of their own: what an identity provider said of them, in the certificate. */
export interface Signer {
  /** The identity provider, a URL. */
  readonly issuer: string;
  /** The one e-mail address or URI that the certificate is for. */
  readonly subject: string;
}

/** Different signers of one image that are kept. */
export const MAX_SIGNERS = 32;

/** Those without doubles, in an order that follows from what they are. */
export function distinctSigners(signers: readonly Signer[]): readonly Signer[] {
  const byText = new Map(signers.map((one) => [`${one.issuer} ${one.subject}`, one]));
  return [...byText]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .slice(0, MAX_SIGNERS)
    .map(([, one]) => one);
}
