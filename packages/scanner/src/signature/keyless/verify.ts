import { createHash, X509Certificate } from 'node:crypto';
import { printable, type TrustRoot } from '@bulkhead/core';
import { bundleFromJSON } from '@sigstore/bundle';
import { toSignedEntity } from '@sigstore/verify';
import { bundleSubjects, readBundle } from '../bundle.ts';
import type { SignatureMaterial } from '../material.ts';
import { signedDigest } from '../simple-signing.ts';
import { signerOf } from './certificate.ts';
import { withoutCertificatePromise } from './certificate-promise.ts';
import { type Evidence, evidenceOfAnnotations, evidenceOfBundle } from './evidence.ts';
import { isLoggedCertificate } from './logged-certificate.ts';
import { distinctSigners, type Signer } from './signer.ts';
import { type Trust, trustOf } from './trust.ts';

/** Who has signed an image, and why other signatures of it say nothing. */
export interface Signers {
  readonly signers: readonly Signer[];
  /** One for each signature of nobody. */
  readonly reasons: readonly string[];
}

/** Bounds what a library says of hostile input. */
const MAX_REASON = 200;
/** Rekor's second log makes none: its entries have proofs, and a timestamp authority says when. */
const NO_PROMISE =
  'its log has made no promise, and a trust root in PEM has no more to hold it by: give a trusted_root.json';
const PROMISES = 'application/vnd.dev.sigstore.bundle+json;version=0.1';
const PROOFS = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/**
 * Who has signed the image with this digest by a certificate of an authority that a trust root names, while that held, as a log of it
 * says. Everything it needs is given: nothing is asked of a network. Never throws.
 */
export function verifyKeyless(digest: string, materials: readonly SignatureMaterial[], root: TrustRoot): Signers {
  if (materials.length === 0) return { signers: [], reasons: [] };
  let trust: Trust;
  try {
    trust = trustOf(root);
  } catch (error) {
    return { signers: [], reasons: [`the trust root cannot be used: ${reasonOf(error)}`] };
  }
  const outcomes = materials.map((material) => {
    try {
      return signerOfMaterial(digest, material, trust);
    } catch (error) {
      return reasonOf(error);
    }
  });
  return {
    signers: distinctSigners(outcomes.filter((one) => typeof one !== 'string')),
    reasons: outcomes.filter((one) => typeof one === 'string'),
  };
}

/** Throws what the libraries throw: anything, for hostile input. */
function signerOfMaterial(digest: string, material: SignatureMaterial, trust: Trust): Signer | string {
  const evidence =
    material.form === 'bundle'
      ? evidenceOfBundle(material.content)
      : evidenceOfAnnotations(material.certificate ?? '', material.logEntry ?? '');
  if (evidence === undefined) return 'it has no certificate with an entry in a log';
  const signed = material.form === 'bundle' ? envelopeOf(material.content) : messageOf(material);
  if (typeof signed === 'string') return signed;
  if (trust.promisesOnly && evidence.tlogEntries.some(({ inclusionPromise }) => inclusionPromise === undefined))
    return NO_PROMISE;
  const verificationMaterial = trust.promisesOnly ? promisesOf(evidence) : evidence;
  const hasProof = verificationMaterial.tlogEntries.every(({ inclusionProof }) => inclusionProof !== undefined);
  const bundle = { mediaType: hasProof ? PROOFS : PROMISES, verificationMaterial, ...signed.content };
  const entity = toSignedEntity(bundleFromJSON(bundle), signed.payload);
  const verified = trust.verifier.verify(trust.knowsCertificateLogs ? entity : withoutCertificatePromise(entity));

  const certificate = new X509Certificate(Buffer.from(evidence.certificate.rawBytes, 'base64'));
  const bodies = evidence.tlogEntries.map(({ canonicalizedBody }) => Buffer.from(canonicalizedBody, 'base64'));
  if (!bodies.every((body) => isLoggedCertificate(body, certificate))) {
    return 'its entry in the log is for another certificate';
  }
  const outcome = signerOf(certificate, verified);
  if (!outcome.ok) return outcome.why;
  const digests = signed.digests();
  if (!digests.ok) return digests.why;
  return digests.digests.includes(digest) ? outcome.signer : 'it is of another image';
}

interface Signed {
  readonly payload: Buffer;
  /** The part of a bundle that has the signature. */
  readonly content: object;
  /** What it is of: read when the signature holds, since what nobody has signed is not read. */
  readonly digests: () => ReturnType<typeof bundleSubjects>;
}

function messageOf({ payload, signature }: Extract<SignatureMaterial, { form: 'simple' }>): Signed {
  const messageDigest = { algorithm: 'SHA2_256', digest: createHash('sha256').update(payload).digest('base64') };
  return {
    payload,
    content: { messageSignature: { messageDigest, signature } },
    digests() {
      const outcome = signedDigest(payload);
      return outcome.ok ? { ok: true, digests: [outcome.digest] } : outcome;
    },
  };
}

function envelopeOf(content: Buffer): Signed | string {
  const bundle = readBundle(content);
  if (!bundle.ok) return bundle.why;
  const payload = Buffer.from(bundle.payload, 'base64');
  const { payloadType, signature: sig } = bundle;
  return {
    payload,
    content: { dsseEnvelope: { payload: bundle.payload, payloadType, signatures: [{ sig }] } },
    digests: () => bundleSubjects(payload),
  };
}

function promisesOf(evidence: Evidence): Evidence {
  return {
    ...evidence,
    tlogEntries: evidence.tlogEntries.map((entry) => ({ ...entry, inclusionProof: undefined })),
  };
}

function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return printable(`its certificate or its entry in the log does not hold: ${text}`, MAX_REASON);
}
