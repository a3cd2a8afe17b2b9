export type { TrustedKey, TrustRoot } from '@bulkhead/core';
export { checkSignatures } from '../registry/check-signatures.ts';
export { readTrust, type SignatureTrust } from '../registry/signature-trust.ts';
export { MAX_SIGNERS, type Signer } from './keyless/signer.ts';
export type { Signers } from './keyless/verify.ts';
export { MAX_SIGNATURE_BYTES, MAX_SIGNATURES, type SignatureMaterial } from './material.ts';
export { requireTrustRoot, signersOf } from './signers.ts';
export { readTrustedKey, type SignatureVerdict, verifySignatures } from './verify.ts';
