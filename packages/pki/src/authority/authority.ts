import { X509Certificate } from 'node:crypto';
import { type Clock, systemClock } from '@bulkhead/core';
import { factsOf, parseCertificate, pinOf, splitPem } from '../certificate/certificate.ts';
import { PkiError } from '../error.ts';
import { type Issuer, issueAuthority, issueLeaf, type Usage } from '../issue.ts';
import { generateKeys, readSigningKey } from '../key.ts';
import { readRequest } from '../request/request.ts';
import { requireSubject, type Subject } from '../subject.ts';
import { standing, type Validity, validityFrom } from '../validity.ts';
import { x509 } from '../x509.ts';

/** An authority as two PEM texts. `certificatePem` holds its own certificate and no other. */
export interface AuthorityPem {
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** A certificate with what its holder needs beside it. */
export interface Issued extends Validity {
  /** The leaf, then its authority: peers that know the authority by its pin find it there. */
  readonly chainPem: string;
  readonly serial: string;
}

export interface IssuedWithKey extends Issued {
  /** PKCS #8, not encrypted. */
  readonly keyPem: string;
}

export type SignOutcome =
  | ({ readonly ok: true } & Issued)
  /** What is wrong with the request, as half a sentence about it. */
  | { readonly ok: false; readonly problem: string };

export interface AuthorityOptions {
  readonly clock?: Clock;
  /** Certificates of other authorities that peers shall trust meanwhile, such as the one before and the one to come. */
  readonly alsoTrustedPem?: string;
}

/** Authorities outlive what they sign many times over: replacing one asks every peer to learn the next. */
export const AUTHORITY_DAYS = 3_650;

/** Makes a new authority of our own: an ECDSA P-256 key and a certificate signed by it. */
export async function createAuthority(
  commonName: string,
  { clock = systemClock, days = AUTHORITY_DAYS }: { readonly clock?: Clock; readonly days?: number } = {},
): Promise<AuthorityPem> {
  const keys = await generateKeys();
  const certificate = await issueAuthority(commonName, keys.pair, validityFrom(clock.now(), days));
  return { certificatePem: pemOf(certificate), keyPem: keys.pem };
}

/** Signs certificates. It decides what they say; who may have one is decided by who calls. Holds a key, does no I/O. */
export class Authority {
  readonly #issuer: Issuer;
  readonly #validity: Validity;
  readonly #clock: Clock;
  readonly certificatePem: string;
  /** Every certificate that peers shall trust, its own first. */
  readonly trustPem: string;
  /** SHA-256 of its public key in base64url. */
  readonly pin: string;

  /**
   * Throws `CERTIFICATE_UNREADABLE` where the certificate is none of an authority and `KEY_UNREADABLE` where the key is
   * not its key.
   */
  constructor(pem: AuthorityPem, { clock = systemClock, alsoTrustedPem }: AuthorityOptions = {}) {
    const certificate = parseCertificate(pem.certificatePem);
    if (!certificate.ca) {
      const why = `${JSON.stringify(certificate.subject)} is the certificate of no authority`;
      throw new PkiError('CERTIFICATE_UNREADABLE', { what: 'cannot sign', why, fix: 'give the certificate of a CA' });
    }
    const { object, key } = readSigningKey(pem.keyPem);
    if (!certificate.checkPrivateKey(object)) {
      const why = 'the private key does not belong to the certificate of the authority';
      throw new PkiError('KEY_UNREADABLE', { what: 'cannot sign', why, fix: 'give the key made with the certificate' });
    }
    this.#issuer = { certificate: new x509.X509Certificate(certificate.raw), key };
    this.#validity = factsOf(certificate);
    this.#clock = clock;
    this.certificatePem = certificate.toString();
    this.trustPem = [this.certificatePem, ...(alsoTrustedPem === undefined ? [] : splitPem(alsoTrustedPem))].join('');
    this.pin = pinOf(certificate);
  }

  /** From when on and until when its own certificate holds. */
  get validity(): Validity {
    return this.#validity;
  }

  /** Makes a key and a certificate for it that ends after `days`, or with the authority where that is sooner. */
  async issue(subject: Subject, usages: readonly Usage[], days: number): Promise<IssuedWithKey> {
    const keys = await generateKeys();
    return { ...(await this.#sign(keys.pair.publicKey, subject, usages, days)), keyPem: keys.pem };
  }

  /**
   * Signs the key of a request after its proof of possession. Names that the request asks for count for nothing: the
   * certificate says what `subject` says.
   */
  async sign(requestPem: string, subject: Subject, usages: readonly Usage[], days: number): Promise<SignOutcome> {
    const request = await readRequest(requestPem);
    if (!request.ok) return request;
    return { ok: true, ...(await this.#sign(request.publicKey, subject, usages, days)) };
  }

  async #sign(
    publicKey: Parameters<typeof issueLeaf>[1],
    subject: Subject,
    usages: readonly Usage[],
    days: number,
  ): Promise<Issued> {
    requireSubject(subject);
    const now = this.#clock.now();
    if (standing(this.#validity, now) !== 'valid') {
      const until = new Date(this.#validity.notAfter).toISOString();
      const why = `the authority's certificate is valid until ${until}, now it is ${new Date(now).toISOString()}`;
      const fix = "renew the authority, or correct this machine's clock";
      throw new PkiError('AUTHORITY_NOT_VALID', { what: 'cannot make a certificate', why, fix });
    }
    const validity = validityFrom(now, days, this.#validity);
    const leaf = await issueLeaf(this.#issuer, publicKey, subject, usages, validity);
    const { serialNumber } = new X509Certificate(Buffer.from(leaf.rawData));
    return { chainPem: `${pemOf(leaf)}${this.certificatePem}`, serial: serialNumber, ...validity };
  }
}

function pemOf(certificate: x509.X509Certificate): string {
  return `${certificate.toString('pem')}\n`;
}
