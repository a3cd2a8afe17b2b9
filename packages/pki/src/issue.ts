import { randomBytes, type webcrypto } from 'node:crypto';
import { ALGORITHM } from './key.ts';
import type { Subject } from './subject.ts';
import type { Validity } from './validity.ts';
import { x509 } from './x509.ts';

/** What a certificate may be used for. */
export type Usage = 'server' | 'client';

const EXTENDED_USAGE = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth } as const;

export interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

/** Makes an authority's own certificate. It may sign leaves only: `pathLength` 0. */
export async function issueAuthority(
  commonName: string,
  pair: webcrypto.CryptoKeyPair,
  validity: Validity,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.createSelfSigned({
    name: nameOf(commonName),
    keys: pair,
    serialNumber: serial(),
    notBefore: new Date(validity.notBefore),
    notAfter: new Date(validity.notAfter),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
}

/** Makes a leaf. What it says is what the issuer decided, never what a request asked for. */
export async function issueLeaf(
  issuer: Issuer,
  publicKey: webcrypto.CryptoKey | x509.PublicKey,
  subject: Subject,
  usages: readonly Usage[],
  validity: Validity,
): Promise<x509.X509Certificate> {
  return x509.X509CertificateGenerator.create({
    subject: nameOf(subject.commonName),
    issuer: issuer.certificate.subjectName,
    publicKey,
    signingKey: issuer.key,
    serialNumber: serial(),
    notBefore: new Date(validity.notBefore),
    notAfter: new Date(validity.notAfter),
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(usages.map((usage) => EXTENDED_USAGE[usage])),
      new x509.SubjectAlternativeNameExtension(alternativeNames(subject)),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
    ],
  });
}

function alternativeNames({ dnsNames = [], addresses = [], uris = [] }: Subject): x509.JsonGeneralNames {
  return [
    ...dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...addresses.map((value) => ({ type: 'ip' as const, value })),
    ...uris.map((value) => ({ type: 'url' as const, value })),
  ];
}

/** A name as a structure: a text would be parsed, and a name could pretend to be another with it. */
export function nameOf(commonName: string): x509.Name {
  return new x509.Name([{ CN: [{ utf8String: commonName }] }]);
}

/** RFC 5280 asks for a positive number of at most 20 bytes; 127 random bits are never met twice. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8((bytes.readUInt8(0) & 0x7f) | 0x40, 0);
  return bytes.toString('hex');
}
