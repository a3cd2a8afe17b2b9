import { nameOf } from '../issue.ts';
import { ALGORITHM, generateKeys } from '../key.ts';
import { x509 } from '../x509.ts';

/** A request for a certificate (PKCS #10, RFC 2986) and the private key that stays with who made it. */
export interface CertificateRequest {
  readonly requestPem: string;
  readonly keyPem: string;
}

/** Makes a new key and a request signed by it. Authorities of ours look at the key alone; the name is for people. */
export async function createRequest(commonName: string): Promise<CertificateRequest> {
  const keys = await generateKeys();
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: nameOf(commonName),
    keys: keys.pair,
    signingAlgorithm: ALGORITHM,
  });
  return { requestPem: `${request.toString('pem')}\n`, keyPem: keys.pem };
}

export type RequestOutcome =
  | { readonly ok: true; readonly publicKey: x509.PublicKey }
  | { readonly ok: false; readonly problem: string };

/** A request of ours has some hundred bytes; one with an RSA key and many names some thousand. */
const MAX_REQUEST_CHARACTERS = 16 * 1024;

const CURVES: readonly unknown[] = ['P-256', 'P-384'];

/**
 * Reads a request and checks that whoever made it holds the private key. Requests come from outside: what is wrong with
 * one is a value, and nothing but its key is taken over.
 */
export async function readRequest(requestPem: string): Promise<RequestOutcome> {
  const refuse = (problem: string): RequestOutcome => ({ ok: false, problem });
  if (requestPem.length > MAX_REQUEST_CHARACTERS) return refuse('it is too long');
  if (!requestPem.includes('-----BEGIN CERTIFICATE REQUEST-----')) return refuse('it is no request in PEM');
  try {
    const request = new x509.Pkcs10CertificateRequest(requestPem);
    const { algorithm } = request.publicKey;
    const curve = 'namedCurve' in algorithm ? algorithm.namedCurve : undefined;
    if (algorithm.name !== 'ECDSA' || !CURVES.includes(curve)) {
      return refuse('its key is of another kind than ECDSA on P-256 or P-384');
    }
    if (!(await request.verify())) return refuse('it is not signed by the key it is for');
    return { ok: true, publicKey: request.publicKey };
  } catch (error) {
    return refuse(`it cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
}
