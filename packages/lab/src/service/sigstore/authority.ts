// oxlint-disable-next-line import/no-unassigned-import -- the library's decorators need what it defines globally, before they load
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
export const HOUR_MS = 60 * 60 * 1000;

export interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly pair: webcrypto.CryptoKeyPair;
}

/** Makes an authority of certificates, by itself or below another. */
export async function authority(
  name: string,
  above: Authority | undefined,
  pathLength: number,
  now: number,
): Promise<Authority> {
  return issued(name, above, now, [
    new x509.BasicConstraintsExtension(true, pathLength, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
  ]);
}

/** Makes one that signs times and nothing else (RFC 3161, section 2.3). */
export function timestampAuthority(name: string, above: Authority, now: number): Promise<Authority> {
  return issued(name, above, now, [
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.timeStamping], true),
  ]);
}

async function issued(
  name: string,
  above: Authority | undefined,
  now: number,
  extensions: readonly x509.Extension[],
): Promise<Authority> {
  const pair = await pairOf();
  const subject = `CN=${name}, O=lab`;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: above?.certificate.subjectName.toString() ?? subject,
    publicKey: pair.publicKey,
    signingKey: (above?.pair ?? pair).privateKey,
    notBefore: new Date(now - HOUR_MS),
    notAfter: new Date(now + 24 * HOUR_MS),
    signingAlgorithm: ALGORITHM,
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
      ...(above === undefined ? [] : [await x509.AuthorityKeyIdentifierExtension.create(above.certificate, false)]),
    ],
  });
  return { certificate, pair };
}

export function pairOf(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

export function rawOf({ certificate }: Authority): { readonly rawBytes: string } {
  return { rawBytes: certificate.toString('base64') };
}

export function since(now: number): { readonly start: string } {
  return { start: new Date(now - HOUR_MS).toISOString() };
}
