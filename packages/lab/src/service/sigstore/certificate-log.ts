import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const SCT_LIST = '1.3.6.1.4.1.11129.2.4.2';
const [VERSION_1, SIGNED_TIMESTAMP, PRECERTIFICATE, SHA256, ECDSA] = [0, 0, 1, 4, 3] as const;

/** A log of certificates (RFC 6962): what it says of one goes into it. */
export interface CertificateLog {
  /** SPKI, DER. */
  readonly key: Buffer;
  readonly id: Buffer;
  /** The extension with its promise, of a certificate that has everything but that. */
  promiseOf(certificate: x509.X509Certificate, issuer: x509.X509Certificate, now: number): x509.Extension;
}

export function certificateLog(): CertificateLog {
  const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const key = pair.publicKey.export({ type: 'spki', format: 'der' });
  const id = createHash('sha256').update(key).digest();
  return {
    key,
    id,
    promiseOf(certificate, issuer, now) {
      const issuerId = createHash('sha256').update(Buffer.from(issuer.publicKey.rawData)).digest();
      const tbs = toBeSigned(Buffer.from(certificate.rawData));
      const time = number(now, 8);
      const kind = Buffer.of(VERSION_1, SIGNED_TIMESTAMP);
      const entry = Buffer.concat([number(PRECERTIFICATE, 2), issuerId, number(tbs.length, 3), tbs]);
      const none = number(0, 2);
      const signature = sign('sha256', Buffer.concat([kind, time, entry, none]), pair.privateKey);
      const algorithm = Buffer.of(SHA256, ECDSA);
      const sct = Buffer.concat([Buffer.of(VERSION_1), id, time, none, algorithm, withLength(signature)]);
      const list = withLength(withLength(sct));
      return new x509.Extension(SCT_LIST, false, Buffer.concat([Buffer.of(0x04), lengthOf(list.length), list]));
    },
  };
}

/** The first element of a certificate (X.690: both are sequences whose length takes two bytes). */
function toBeSigned(certificate: Buffer): Buffer {
  const at = 4;
  return certificate.subarray(at, at + 4 + certificate.readUInt16BE(at + 2));
}

function number(value: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(BigInt(value));
  return buffer.subarray(8 - bytes);
}

function withLength(content: Buffer): Buffer {
  return Buffer.concat([number(content.length, 2), content]);
}

function lengthOf(length: number): Buffer {
  return length < 128 ? Buffer.of(length) : Buffer.of(0x81, length);
}
