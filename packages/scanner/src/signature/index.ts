export type { TrustedKey } from '@bulkhead/core';
export { checkSignatures } from '../registry/check-signatures.ts';
export { MAX_SIGNATURE_BYTES, MAX_SIGNATURES, type SignatureMaterial } from './material.ts';
export { readTrustedKey, type SignatureVerdict, verifySignatures } from './verify.ts';
