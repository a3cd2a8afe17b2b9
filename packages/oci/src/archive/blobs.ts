import type { BlobStore } from '../blob/store.ts';
import type { ArchiveFiles } from './files.ts';

/** The blobs of an OCI layout: `blobs/<algorithm>/<digest>` (OCI image specification, "Image Layout"). */
export function layoutBlobs(files: ArchiveFiles): BlobStore {
  const nameOf = (digest: string): string => `blobs/${digest.replace(':', '/')}`;
  return {
    has: (digest) => files.has(nameOf(digest)),
    stream: ({ digest }, signal) => files.stream(nameOf(digest), signal),
    close: () => files.close(),
  };
}
