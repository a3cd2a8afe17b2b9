export { MAX_SIGNATURE_BYTES, MAX_SIGNATURES, type SignatureMaterial } from './material.ts';
export { readTrustedKey, type SignatureVerdict, type TrustedKey, verifySignatures } from './verify.ts';
