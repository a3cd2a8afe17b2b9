import type { FileEntry } from '../reader/reader.ts';
import type { Image, LayerDescriptor } from './image.ts';
import type { LayerReport } from './layer-report.ts';

/** Where the bytes of one image come from: an archive, a registry, a runtime's content store. */
export interface ImageSource {
  readonly image: Image;
  /**
   * Streams the layer's entries through the visitor, in order, decompressed, digest-verified and bounded. Rejects with
   * a coded error when the layer is corrupt, hostile or cannot be fetched.
   */
  visitLayer(layer: LayerDescriptor, visitor: LayerVisitor, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface LayerVisitor {
  /** Called for every entry that is a file or a link; the answer says whether its content is wanted. */
  file(entry: FileEntry): ContentSink | undefined;
  /** A whiteout of the layer: the path is removed (`removed`) or its older content is hidden (`opaque`). */
  whiteout(path: string, kind: 'removed' | 'opaque'): void;
}

export interface ContentSink {
  /** False: the rest is not needed. */
  write(chunk: Buffer): boolean;
  end(complete: boolean): void;
}

/** Keeps what layers have been found to hold. A cache that fails is no cache: it never fails a scan. */
export interface LayerCache {
  get(key: string): Promise<LayerReport | undefined>;
  put(key: string, report: LayerReport): Promise<void>;
}
