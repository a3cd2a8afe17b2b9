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
  /** Paths of this layer that are no folders and replace what lies below, where older layers could have facts there. */
  readonly replaced: readonly string[];
  readonly gaps: readonly Gap[];
}

export interface FileFacts {
  readonly path: string;
  readonly reader: string;
  readonly facts: readonly Fact[];
}
