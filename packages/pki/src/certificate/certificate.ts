import { createHash, X509Certificate } from 'node:crypto';
import { PkiError } from '../error.ts';
import type { Validity } from '../validity.ts';

/** What a certificate says. */
export interface CertificateFacts extends Validity {
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, as OpenSSL prints it. */
  readonly serial: string;
  readonly isAuthority: boolean;
  readonly dnsNames: readonly string[];
  readonly addresses: readonly string[];
  readonly uris: readonly string[];
  /** The kind of key and, for elliptic curves, the curve: `ec prime256v1`. */
  readonly key: string;
  /** SHA-256 of the certificate, hexadecimal. */
  readonly fingerprint: string;
  /** SHA-256 of the public key (its SubjectPublicKeyInfo) in base64url: what stays when a certificate is renewed with its key. */
  readonly pin: string;
}

/** A chain has a leaf, perhaps an intermediate, and authorities that overlap: more is an attack or a mistake. */
const MAX_CERTIFICATES = 16;
/** A certificate of ours has less than 1 KiB, one of a public authority some. */
const MAX_PEM_CHARACTERS = 256 * 1024;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a PEM text in their order, each as PEM. Throws `CERTIFICATE_UNREADABLE` for none and for too many. */
export function splitPem(pem: string): readonly string[] {
  if (pem.length > MAX_PEM_CHARACTERS) throw unreadable(`it is longer than ${MAX_PEM_CHARACTERS} characters`);
  const found = pem.match(CERTIFICATE) ?? [];
  if (found.length === 0) throw unreadable('it holds no PEM block of a certificate');
  if (found.length > MAX_CERTIFICATES) throw unreadable(`it holds more than ${MAX_CERTIFICATES} certificates`);
  return found.map((block) => `${block}\n`);
}

/** Reads the first certificate of a PEM text, or one in DER. Throws `CERTIFICATE_UNREADABLE`. */
export function readCertificate(certificate: string | Uint8Array): CertificateFacts {
  return factsOf(parseCertificate(certificate));
}

export function parseCertificate(certificate: string | Uint8Array): X509Certificate {
  try {
    return new X509Certificate(typeof certificate === 'string' ? (splitPem(certificate)[0] ?? '') : certificate);
  } catch (cause) {
    if (cause instanceof PkiError) throw cause;
    throw unreadable(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

export function factsOf(certificate: X509Certificate): CertificateFacts {
  const names = subjectNames(certificate.subjectAltName);
  const { asymmetricKeyType = 'unknown', asymmetricKeyDetails } = certificate.publicKey;
  const curve = asymmetricKeyDetails?.namedCurve ?? asymmetricKeyDetails?.modulusLength?.toString();
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serial: certificate.serialNumber,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    isAuthority: certificate.ca,
    ...names,
    key: curve === undefined ? asymmetricKeyType : `${asymmetricKeyType} ${curve}`,
    fingerprint: createHash('sha256').update(certificate.raw).digest('hex'),
    pin: pinOf(certificate),
  };
}

/** SHA-256 of a certificate's public key in base64url. */
export function pinOf(certificate: X509Certificate): string {
  const key = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64url');
}

/** Says in one line what a certificate is, for logs and for people: `CN=api for api.example until 2027-01-01T00:00:00.000Z`. */
export function explainCertificate(facts: CertificateFacts): string {
  const names = [...facts.dnsNames, ...facts.addresses, ...facts.uris];
  const what = facts.isAuthority ? 'authority ' : '';
  const whom = names.length === 0 ? '' : ` for ${names.join(', ')}`;
  const from = new Date(facts.notBefore).toISOString();
  const until = new Date(facts.notAfter).toISOString();
  return `${what}${facts.subject || 'without a subject'}${whom}, issued by ${facts.issuer || 'nobody named'}, valid from ${from} until ${until}`;
}

type SubjectNames = Pick<CertificateFacts, 'dnsNames' | 'addresses' | 'uris'>;

/** Node quotes a name with JSON where it has a character that could pretend to be another name (CVE-2021-44532). */
function subjectNames(text: string | undefined): SubjectNames {
  const names: { dnsNames: string[]; addresses: string[]; uris: string[] } = { dnsNames: [], addresses: [], uris: [] };
  for (const [, type, quoted, plain] of (text ?? '').matchAll(
    /(DNS|IP Address|URI):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g,
  )) {
    const name = quoted === undefined ? (plain ?? '') : String(JSON.parse(quoted));
    if (type === 'DNS') names.dnsNames.push(name);
    else if (type === 'URI') names.uris.push(name);
    else names.addresses.push(name);
  }
  return names;
}

function oneLine(name: string | undefined): string {
  return (name ?? '').replaceAll('\n', ', ');
}

function unreadable(why: string, cause?: unknown): PkiError {
  const parts = { what: 'cannot read a certificate', why, fix: 'give a certificate in PEM' };
  return new PkiError('CERTIFICATE_UNREADABLE', parts, cause === undefined ? {} : { cause });
}
