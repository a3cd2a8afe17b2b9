import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readTextFile } from '@bulkhead/runtime';
import { WebhookError } from '../error.ts';

/** A certificate with its key, known to be a pair. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

/** Reads a certificate and its key. While one of the two has been replaced and the other not yet, it throws. */
export async function readCertificate(files: {
  readonly certificate: string;
  readonly key: string;
}): Promise<Certificate> {
  const [{ text: cert }, { text: key }] = await Promise.all([
    readTextFile(files.certificate, 'the certificate'),
    readTextFile(files.key, 'the key'),
  ]);
  return certificateOf(cert, key, `${JSON.stringify(files.certificate)} with ${JSON.stringify(files.key)}`);
}

/** A certificate and its key from two PEM texts; `where` they are from stands in the error. Throws `INVALID_CERTIFICATE`. */
export function certificateOf(cert: string, key: string, where: string): Certificate {
  try {
    const parsed = new X509Certificate(cert);
    if (!parsed.checkPrivateKey(createPrivateKey(key))) throw new Error('the key is that of another certificate');
    return { cert, key, validTo: Date.parse(parsed.validTo) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = `cannot use the certificate ${where}`;
    throw new WebhookError('INVALID_CERTIFICATE', { what, why, fix: 'give PEM that belongs together' }, { cause });
  }
}
