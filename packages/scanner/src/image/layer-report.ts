import type { Fact } from '../reader/fact.ts';
import type { Gap } from '../reader/gap.ts';

/** What the readers found in one layer alone. A pure function of the layer's content and the readers' versions: cacheable. */
export interface LayerReport {
  /** Digest of the uncompressed layer. */
  readonly diffId: string;
  readonly status: 'complete' | 'partial';
  readonly files: readonly FileFacts[];
  /** Paths that are no longer there above this layer (whiteouts), and folders whose older content is not (opaque). */
  readonly removed: readonly string[];
  readonly opaque: readonly string[];
  /** Every file and link of this layer: what older layers have at or below such a path is gone. Empty for a lowest layer. */
  readonly replaced: readonly string[];
  /** Every folder the layer has an entry for: older files and links at such a path are gone. Empty for a lowest layer. */
  readonly folders: readonly string[];
  /** Every symbolic and hard link of the layer. */
  readonly links: readonly Link[];
  readonly gaps: readonly Gap[];
}

export interface FileFacts {
  readonly path: string;
  readonly reader: string;
  readonly facts: readonly Fact[];
}

export interface Link {
  readonly path: string;
  /** A symbolic link's as written; a hard link's as a path from the root. */
  readonly target: string;
  readonly kind: 'symlink' | 'hardlink';
}
