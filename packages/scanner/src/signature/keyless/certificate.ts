import type { X509Certificate } from 'node:crypto';
import { MAX_IDENTITY_LENGTH } from '@bulkhead/core';
import type { Signer as VerifiedSigner } from '@sigstore/verify';
import type { Signer } from './signer.ts';

/** RFC 5280, "Extended Key Usage": authorities make certificates for other ends too. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
/** Where Fulcio names the identity provider: the first is a text of DER, the older one its bytes. */
const ISSUER_EXTENSIONS = ['1.3.6.1.4.1.57264.1.8', '1.3.6.1.4.1.57264.1.1'];
const PRINTABLE = /^[\x21-\x7e]+$/;

export type SignerOutcome =
  | { readonly ok: true; readonly signer: Signer }
  | { readonly ok: false; readonly why: string };

/** Who a certificate is for, once its chain holds. What could be read in two ways names nobody. */
export function signerOf(certificate: X509Certificate, { identity }: VerifiedSigner): SignerOutcome {
  if (certificate.ca) return { ok: false, why: 'its certificate is that of an authority' };
  if (!(certificate.keyUsage ?? []).includes(CODE_SIGNING)) {
    return { ok: false, why: 'its certificate is not one for signing' };
  }
  const subject = identity?.subjectAlternativeName ?? '';
  if (!isText(subject) || !isOnlyName(certificate.subjectAltName ?? '', subject)) {
    return { ok: false, why: 'its certificate is not for exactly one e-mail address or URI' };
  }
  const issuer = identity?.extensions?.issuer ?? '';
  const named = identity?.oids?.find(({ oid }) => oid?.id.join('.') === ISSUER_EXTENSIONS[0]);
  const older = identity?.oids?.find(({ oid }) => oid?.id.join('.') === ISSUER_EXTENSIONS[1]);
  const bytes = (named ?? older)?.value;
  // The library takes the upper half of bytes for the lower: what it read has to be what is there.
  const isRead = bytes?.subarray(-issuer.length).equals(Buffer.from(issuer, 'latin1'));
  if (!isText(issuer) || isRead !== true) {
    return { ok: false, why: 'its certificate does not say who vouched for the identity' };
  }
  return { ok: true, signer: { issuer, subject } };
}

function isText(text: string): boolean {
  return text.length <= MAX_IDENTITY_LENGTH && PRINTABLE.test(text);
}

/** Node names all names of a certificate in one line, and quotes those that could be mistaken for several. */
function isOnlyName(all: string, subject: string): boolean {
  return ['URI', 'email'].some((kind) => all === `${kind}:${subject}` || all === `${kind}:${JSON.stringify(subject)}`);
}
