import type { ImageScan, ImageSignatures, KnownImage } from '../known-image.ts';
import type { Packing } from './record-pool.ts';
import type { RecordReader } from './record-reader.ts';
import type { RecordWriter } from './record-writer.ts';

/** An image with its findings by their numbers: they are kept elsewhere. */
export interface NumberedImage extends Omit<KnownImage, 'scan'> {
  readonly scan?: NumberedScan | undefined;
}

export interface NumberedScan extends Omit<ImageScan, 'vulnerabilities' | 'secrets'> {
  readonly vulnerabilities: readonly number[];
  readonly secrets: readonly number[];
}

/** What is known of an image, a bit each. */
const WITH_CHAIN = 0b0001;
const WITH_SIGNATURES = 0b0010;
const WITH_SCAN = 0b0100;
const WITH_FAILURE = 0b1000;

export const packedImages: Packing<NumberedImage> = {
  pack({ digest, platform, indexes, names, chain, signatures, scan, failure }, writer) {
    writer.byte(
      (chain === undefined ? 0 : WITH_CHAIN) |
        (signatures === undefined ? 0 : WITH_SIGNATURES) |
        (scan === undefined ? 0 : WITH_SCAN) |
        (failure === undefined ? 0 : WITH_FAILURE),
    );
    writer.text(digest);
    writer.text(platform);
    writer.texts(indexes);
    writer.texts(names);
    if (chain !== undefined) writer.texts(chain);
    if (signatures !== undefined) packSignatures(signatures, writer);
    if (scan !== undefined) packScan(scan, writer);
    if (failure !== undefined) writer.text(failure);
  },
  unpack(reader) {
    const bits = reader.byte();
    const image = { digest: reader.text(), platform: reader.text(), indexes: reader.texts(), names: reader.texts() };
    return {
      ...image,
      ...((bits & WITH_CHAIN) !== 0 && { chain: reader.texts() }),
      ...((bits & WITH_SIGNATURES) !== 0 && { signatures: unpackSignatures(reader) }),
      ...((bits & WITH_SCAN) !== 0 && { scan: unpackScan(reader) }),
      ...((bits & WITH_FAILURE) !== 0 && { failure: reader.text() }),
    };
  },
};

function packSignatures({ keys, verified, roots, signers }: ImageSignatures, writer: RecordWriter): void {
  writer.texts(keys);
  writer.texts(verified);
  writer.texts(roots);
  writer.texts(signers.flatMap(({ root, issuer, subject }) => [root, issuer, subject]));
}

function unpackSignatures(reader: RecordReader): ImageSignatures {
  const signatures = { keys: reader.texts(), verified: reader.texts(), roots: reader.texts() };
  const texts = reader.texts();
  const signers = Array.from({ length: texts.length / 3 }, (_, index) => {
    const [root = '', issuer = '', subject = ''] = texts.slice(index * 3, index * 3 + 3);
    return { root, issuer, subject };
  });
  return { ...signatures, signers };
}

function packScan(scan: NumberedScan, writer: RecordWriter): void {
  const { scannedAt, scanners, gaps, vulnerabilities, secrets, omitted } = scan;
  writer.texts(scannedAt === undefined ? [] : [scannedAt]);
  writer.texts(scanners);
  writer.count(gaps);
  writer.counts(vulnerabilities);
  writer.counts(secrets);
  writer.count(omitted.vulnerabilities);
  writer.count(omitted.secrets);
}

function unpackScan(reader: RecordReader): NumberedScan {
  const [scannedAt] = reader.texts();
  return {
    ...(scannedAt !== undefined && { scannedAt }),
    scanners: reader.texts(),
    gaps: reader.count(),
    vulnerabilities: reader.counts(),
    secrets: reader.counts(),
    omitted: { vulnerabilities: reader.count(), secrets: reader.count() },
  };
}
