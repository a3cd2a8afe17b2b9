import { randomBytes, type webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { ALGORITHM, type Authority, HOUR_MS } from './authority.ts';
import type { CertificateLog } from './certificate-log.ts';

const ISSUER_OLD = '1.3.6.1.4.1.57264.1.1';
const ISSUER = '1.3.6.1.4.1.57264.1.8';
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';

/** Whom a certificate is for, and what of it is not as it should be. */
export interface LeafOptions {
  readonly issuer?: string;
  readonly names?: readonly x509.GeneralName[] | readonly { readonly type: 'email' | 'url'; readonly value: string }[];
  readonly usage?: string;
  readonly isAuthority?: boolean;
  /** Which extensions name the issuer: `1.8`, the one before it, or both, as Fulcio has them. */
  readonly issuerAs?: 'newer' | 'older' | 'both';
}

/** Makes the certificate of a key, of ten minutes, as Fulcio does; with a log, it has the promise of that. */
export async function leaf(
  publicKey: webcrypto.CryptoKey,
  above: Authority,
  now: number,
  options: LeafOptions,
  log?: CertificateLog,
): Promise<x509.X509Certificate> {
  const names = options.names ?? [{ type: 'email', value: 'builder@example.com' }];
  const issuer = options.issuer ?? 'https://issuer.example.com';
  const { issuerAs = 'newer' } = options;
  const extensions = [
    new x509.BasicConstraintsExtension(options.isAuthority ?? false, undefined, true),
    new x509.KeyUsagesExtension(
      options.isAuthority === true ? x509.KeyUsageFlags.keyCertSign : x509.KeyUsageFlags.digitalSignature,
      true,
    ),
    new x509.ExtendedKeyUsageExtension([options.usage ?? CODE_SIGNING]),
    ...(names.length === 0 ? [] : [new x509.SubjectAlternativeNameExtension(names as x509.GeneralName[], true)]),
    ...(issuerAs === 'newer' ? [] : [new x509.Extension(ISSUER_OLD, false, Buffer.from(issuer))]),
    ...(issuerAs === 'older' ? [] : [new x509.Extension(ISSUER, false, utf8String(issuer))]),
    await x509.AuthorityKeyIdentifierExtension.create(above.certificate, false),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ];
  const parts = {
    serialNumber: `0${randomBytes(15).toString('hex').slice(1)}`,
    issuer: above.certificate.subjectName,
    publicKey,
    signingKey: above.pair.privateKey,
    notBefore: new Date(now),
    notAfter: new Date(now + HOUR_MS / 6),
    signingAlgorithm: ALGORITHM,
  };
  const plain = await x509.X509CertificateGenerator.create({ ...parts, extensions });
  if (log === undefined) return plain;
  const promise = log.promiseOf(plain, above.certificate, now);
  return x509.X509CertificateGenerator.create({ ...parts, extensions: [...extensions, promise] });
}

function utf8String(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = bytes.length < 128 ? Buffer.of(bytes.length) : Buffer.of(0x82, bytes.length >> 8, bytes.length & 255);
  return Buffer.concat([Buffer.of(0x0c), length, bytes]);
}
