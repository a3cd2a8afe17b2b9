import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { readPublicKey } from './public-key.ts';

/** Who is trusted to say whose a short-lived key is: authorities of certificates, and logs in which signatures stand. */
export interface TrustRoot {
  /** As it was given, without space around it. */
  readonly text: string;
  /** SHA-256 of the text, in hex. */
  readonly fingerprint: string;
  readonly material: TrustMaterialText;
}

export type TrustMaterialText =
  /** Sigstore's trusted root, a JSON document. */
  | { readonly form: 'document'; readonly document: object }
  /** Certificates of one authority, and public keys of logs, each DER. */
  | { readonly form: 'pem'; readonly certificates: readonly Buffer[]; readonly logKeys: readonly Buffer[] };

export type TrustRootOutcome =
  | { readonly ok: true; readonly root: TrustRoot }
  /** Why it cannot be used, in some words. */
  | { readonly ok: false; readonly why: string };

/** Of an identity provider, and of whom it vouched for: names of workflows have some hundred characters. A longer one names nobody. */
export const MAX_IDENTITY_LENGTH = 1_000;
/** Sigstore's public one takes some 10,000 characters. */
export const MAX_TRUST_ROOT_LENGTH = 64 * 1024;
/** Sigstore's public one has five certificates and four keys, of all its years. */
const MAX_PARTS = 64;

/**
 * Reads a trust root: Sigstore's `trusted_root.json`, or certificates and public keys in PEM, one after the other. There has to be an
 * authority up to its own certificate, and a log. Never throws.
 */
export function readTrustRoot(given: string): TrustRootOutcome {
  const text = given.replaceAll('\r\n', '\n').trim();
  if (text.length > MAX_TRUST_ROOT_LENGTH) {
    return { ok: false, why: `it has more than ${MAX_TRUST_ROOT_LENGTH} characters` };
  }
  // A private key has no place here, and would be passed over.
  if (text.includes('PRIVATE KEY')) return { ok: false, why: 'it has a private key' };
  const outcome = text.startsWith('{') ? readDocument(text) : readPem(text);
  if (typeof outcome === 'string') return { ok: false, why: outcome };
  const fingerprint = createHash('sha256').update(text).digest('hex');
  return { ok: true, root: { text, fingerprint, material: outcome } };
}

function readPem(text: string): TrustMaterialText | string {
  const certificates: Buffer[] = [];
  const logKeys: Buffer[] = [];
  let hasRoot = false;
  const blocks = text.match(/-----BEGIN [A-Z ]{1,40}-----[^-]*-----END [A-Z ]{1,40}-----/g) ?? [];
  if (blocks.length > MAX_PARTS) return `it has more than ${MAX_PARTS} parts`;
  for (const block of blocks) {
    if (block.startsWith('-----BEGIN CERTIFICATE-----')) {
      const certificate = certificateOf(block);
      if (certificate === undefined) return 'it has a certificate that cannot be read';
      hasRoot ||= isSelfSigned(certificate);
      certificates.push(certificate.raw);
      continue;
    }
    const outcome = readPublicKey(block);
    if (!outcome.ok) return `it has a key that cannot be used: ${outcome.why}`;
    logKeys.push(outcome.key.key.export({ type: 'spki', format: 'der' }));
  }
  if (!hasRoot) return 'it has no certificate of an authority that signed itself';
  if (logKeys.length === 0) return 'it has no public key of a log';
  return { form: 'pem', certificates, logKeys };
}

type Json = { readonly [key: string]: unknown };

function readDocument(text: string): TrustMaterialText | string {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return 'it is no JSON';
  }
  const authorities = listOf(document, 'certificateAuthorities');
  const logs = listOf(document, 'tlogs');
  if (authorities.length === 0) return 'it names no authority (certificateAuthorities)';
  if (logs.length === 0) return 'it names no log (tlogs)';
  const chains = [...authorities, ...listOf(document, 'timestampAuthorities')].map((authority) =>
    listOf((authority as Json | null)?.certChain, 'certificates'),
  );
  const instances = [...logs, ...listOf(document, 'ctlogs')].map((log) => log as Json | null | undefined);
  if (!instances.every((log) => typeof (log?.logId as Json | null | undefined)?.keyId === 'string')) {
    return 'it has a log without its logId';
  }
  const keys = instances.map((log) => log?.publicKey);
  if (chains.flat().length + keys.length > MAX_PARTS) return `it has more than ${MAX_PARTS} parts`;
  for (const chain of chains) {
    const read = chain.map((one) => certificateOf(bytesOf(one)));
    if (read.includes(undefined)) return 'it has a certificate that cannot be read';
    if (!read.some((one) => one !== undefined && isSelfSigned(one))) {
      return 'it has an authority without a certificate that signed itself';
    }
  }
  if (!keys.every((key) => isKey(bytesOf(key)))) return 'it has a key of a log that cannot be read';
  return { form: 'document', document: document as object };
}

function listOf(value: unknown, key: string): readonly unknown[] {
  const list = (value as Json | null | undefined)?.[key];
  return Array.isArray(list) ? list : [];
}

function bytesOf(value: unknown): Buffer {
  const bytes = (value as Json | null | undefined)?.rawBytes;
  return Buffer.from(typeof bytes === 'string' ? bytes : '', 'base64');
}

function certificateOf(content: string | Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(content);
  } catch {
    return undefined;
  }
}

function isSelfSigned(certificate: X509Certificate): boolean {
  try {
    return certificate.ca && certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
  } catch {
    // A key of a kind that is not known.
    return false;
  }
}

/** Old logs have their keys as PKCS #1. */
function isKey(key: Buffer): boolean {
  return (['spki', 'pkcs1'] as const).some((type) => {
    try {
      return createPublicKey({ key, format: 'der', type }).type === 'public';
    } catch {
      return false;
    }
  });
}
