export { chainOf } from './chain.ts';
export { ImageChanges, ImagePortion, MAX_CHANGES } from './feed.ts';
export { ImageScan, KnownImage, MAX_KEYS, MAX_LAYERS, MAX_SIGNERS } from './known-image.ts';
export {
  type ExpectedSigner,
  expectedInWords,
  type ImageSigner,
  isExpectedSigner,
  signerInWords,
} from './signer.ts';
export { type ScanFinding, summarizeScan, type WholeScan } from './summarize.ts';
