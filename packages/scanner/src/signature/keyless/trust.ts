import { createHash } from 'node:crypto';
import type { TrustRoot } from '@bulkhead/core';
import { HashAlgorithm, PublicKeyDetails, TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, Verifier } from '@sigstore/verify';

/** A trust root, ready to hold signatures against. */
export interface Trust {
  readonly verifier: Verifier;
  /** Keys of logs without their names: the proofs of entries, which name their log, cannot be held against them; promises can. */
  readonly promisesOnly: boolean;
  /** Whether logs of certificates are given, which say that a certificate was logged itself. */
  readonly knowsCertificateLogs: boolean;
}

/** Makes one. Throws for a document whose parts do not belong together. */
export function trustOf({ material }: TrustRoot): Trust {
  const root = material.form === 'pem' ? rootOf(material) : TrustedRoot.fromJSON(material.document);
  const verifier = new Verifier(toTrustMaterial(root), {
    tlogThreshold: 1,
    timestampThreshold: 1,
    // That the certificate itself was logged can be said only where keys of such logs are given.
    ctlogThreshold: root.ctlogs.length === 0 ? 0 : 1,
  });
  return { verifier, promisesOnly: material.form === 'pem', knowsCertificateLogs: root.ctlogs.length > 0 };
}

function rootOf({ certificates, logKeys }: Extract<TrustRoot['material'], { readonly form: 'pem' }>): TrustedRoot {
  return {
    mediaType: '',
    tlogs: logKeys.map((rawBytes) => ({
      baseUrl: '',
      hashAlgorithm: HashAlgorithm.SHA2_256,
      publicKey: { rawBytes, keyDetails: PublicKeyDetails.PUBLIC_KEY_DETAILS_UNSPECIFIED, validFor: undefined },
      // RFC 6962: a log is known by the hash of its key.
      logId: { keyId: createHash('sha256').update(rawBytes).digest() },
      checkpointKeyId: undefined,
      operator: '',
    })),
    certificateAuthorities: [
      {
        subject: undefined,
        uri: '',
        certChain: { certificates: certificates.map((rawBytes) => ({ rawBytes })) },
        validFor: undefined,
        operator: '',
      },
    ],
    ctlogs: [],
    timestampAuthorities: [],
  };
}
