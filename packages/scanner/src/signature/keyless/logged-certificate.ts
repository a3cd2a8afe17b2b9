import { X509Certificate } from 'node:crypto';
import { z } from 'zod';

const pem = z.base64().transform((text) => Buffer.from(text, 'base64').toString('latin1'));
const der = z
  .object({ x509Certificate: z.object({ rawBytes: z.base64() }) })
  .transform(({ x509Certificate }) => Buffer.from(x509Certificate.rawBytes, 'base64'));

/** Where entries have the certificate of who signed, by kind and version of Rekor's types. */
const BODIES = [
  z
    .object({ spec: z.object({ signature: z.object({ publicKey: z.object({ content: pem }) }) }) })
    .transform(({ spec }) => spec.signature.publicKey.content),
  z
    .object({ spec: z.object({ signatures: z.tuple([z.object({ verifier: pem })]) }) })
    .transform(({ spec }) => spec.signatures[0].verifier),
  z
    .object({
      spec: z.object({
        content: z.object({ envelope: z.object({ signatures: z.tuple([z.object({ publicKey: pem })]) }) }),
      }),
    })
    .transform(({ spec }) => spec.content.envelope.signatures[0].publicKey),
  z
    .object({ spec: z.object({ hashedRekordV002: z.object({ signature: z.object({ verifier: der }) }) }) })
    .transform(({ spec }) => spec.hashedRekordV002.signature.verifier),
  z
    .object({ spec: z.object({ dsseV002: z.object({ signatures: z.tuple([z.object({ verifier: der })]) }) }) })
    .transform(({ spec }) => spec.dsseV002.signatures[0].verifier),
] as const;

/**
 * Whether the entry of a log is about a signature by this certificate. Without it an entry would say when a key was used, and
 * not as whose. Never throws.
 */
export function isLoggedCertificate(body: Buffer, certificate: X509Certificate): boolean {
  try {
    const json: unknown = JSON.parse(body.toString('utf8'));
    for (const shape of BODIES) {
      const parsed = shape.safeParse(json);
      if (parsed.success) return new X509Certificate(parsed.data).raw.equals(certificate.raw);
    }
  } catch {
    // No JSON, or no certificate.
  }
  return false;
}
