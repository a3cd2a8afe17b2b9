import { OciError } from '../error.ts';
import { checkDigest, hashFor, short } from './digest.ts';

/** Blobs by digest: an archive, a registry's repository, a runtime's content store. */
export interface BlobStore {
  /**
   * The blob as stored, in chunks of which each is valid until the next is asked for. Not verified: whoever reads it
   * checks its digest.
   */
  stream(blob: BlobReference, signal: AbortSignal): AsyncIterable<Buffer>;
  /** Whether it holds the blob; absent where only asking for it tells. */
  has?(digest: string): boolean;
  close(): Promise<void>;
}

export interface BlobReference {
  readonly digest: string;
  readonly mediaType: string;
  readonly size?: number | undefined;
}

/** What the distribution specification lets a registry refuse; no honest manifest or index comes near. */
export const MAX_MANIFEST_BYTES = 4 * 2 ** 20;
/** Configurations hold the whole history of a build and are larger than manifests. */
export const MAX_CONFIG_BYTES = 16 * 2 ** 20;

/** Reads a small blob whole and checks its digest. `what` names it in errors. */
export async function readBlob(
  store: BlobStore,
  blob: BlobReference,
  maxBytes: number,
  what: string,
  signal: AbortSignal,
): Promise<Buffer> {
  const content = await collect(store.stream(blob, signal), maxBytes, what);
  const hash = hashFor(blob.digest).update(content);
  checkDigest(hash, blob.digest, 'NOT_AN_IMAGE', `${what} ${short(blob.digest)} is corrupt`);
  return content;
}

/** Collects chunks up to a limit that is an error of its own. */
export async function collect(chunks: AsyncIterable<Buffer>, maxBytes: number, what: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new OciError('NOT_AN_IMAGE', `${what} is larger than ${maxBytes} bytes`);
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts);
}
