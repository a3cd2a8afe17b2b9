import type { Gap } from '../reader/gap.ts';
import type { FileEntry } from '../reader/reader.ts';
import type { Image, LayerDescriptor } from './image.ts';
import type { LayerReport } from './layer-report.ts';

/** Where the bytes of one image come from: an archive, a registry, a runtime's content store. */
export interface ImageSource {
  readonly image: Image;
  /**
   * Streams the layer's entries through the visitor, in order, decompressed, digest-verified and bounded. Rejects with
   * a coded error when the layer is corrupt, hostile or cannot be fetched: what the visitor has seen until then is void.
   * `onBytes` is told how many of the stored bytes have come since it was last called.
   */
  visitLayer(
    layer: LayerDescriptor,
    visitor: EntryVisitor,
    signal: AbortSignal,
    onBytes?: (bytes: number) => void,
  ): Promise<LayerRead>;
  close(): Promise<void>;
}

/** What it took to read a layer. */
export interface LayerRead {
  readonly entries: number;
  /** As stored, and uncompressed. */
  readonly storedBytes: number;
  readonly bytes: number;
}

/** A folder or a machine's root file system, read like one layer that has nothing below it. */
export interface TreeSource {
  /** Streams the tree's entries through the visitor. What it cannot look at it reports as gaps. */
  visitTree(visitor: EntryVisitor, signal: AbortSignal): Promise<TreeRead>;
}

export interface TreeRead {
  readonly entries: number;
  readonly bytes: number;
  readonly gaps: readonly Gap[];
  /** Folders that were left out on purpose: the kernel's, other machines', containers'. */
  readonly leftOut: readonly string[];
}

export interface EntryVisitor {
  folder(path: string): void;
  /** Called for every entry that is a file or a link; the answer says whether its content is wanted. */
  file(entry: FileEntry): ContentSink | undefined;
  /** A whiteout of the layer: the path is removed (`removed`) or its older content is hidden (`opaque`). */
  whiteout(path: string, kind: 'removed' | 'opaque'): void;
}

export interface ContentSink {
  /** `chunk` is valid during the call only. False: the rest is not needed. */
  write(chunk: Buffer): boolean;
  /** Called once. `complete` is false where the source broke off; after a `false` of `write` it is true. */
  end(complete: boolean): void;
}

/** Keeps what layers have been found to hold. A cache that fails is no cache: it never fails a scan. */
export interface LayerCache {
  get(key: string): Promise<LayerReport | undefined>;
  put(key: string, report: LayerReport): Promise<void>;
}
