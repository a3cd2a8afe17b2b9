import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readTextFile } from '@bulkhead/runtime';
import { ApiError } from '../error.ts';

export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

/** Reads a certificate and its key. While one of the two has been replaced and the other not yet, it throws. */
export async function readCertificateFiles(
  files: CertificateFiles,
): Promise<{ readonly cert: string; readonly key: string }> {
  const [{ text: cert }, { text: key }] = await Promise.all([
    readTextFile(files.certificate, 'the certificate'),
    readTextFile(files.key, 'the key'),
  ]);
  try {
    if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) {
      throw new Error('the key is that of another certificate');
    }
    return { cert, key };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const what = `cannot use the certificate ${JSON.stringify(files.certificate)} with ${JSON.stringify(files.key)}`;
    throw new ApiError('INVALID_CERTIFICATE', { what, why, fix: 'give PEM files that belong together' }, { cause });
  }
}
