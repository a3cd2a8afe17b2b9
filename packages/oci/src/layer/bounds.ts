/** What reading one layer may take. Each bound is an error of its own, never a silent end. */
export interface LayerBounds {
  /** Uncompressed. */
  readonly maxBytes: number;
  /** Uncompressed to stored, where more than `ratioFreeBytes` came out. */
  readonly maxRatio: number;
  readonly ratioFreeBytes: number;
  readonly maxMs: number;
}

export const DEFAULT_BOUNDS: LayerBounds = {
  // Twice the largest layers that are published (machine-learning images of some 30 GB).
  maxBytes: 64 * 2 ** 30,
  // Deflate ends at 1032; software compresses 3 times, disk images full of zeros some hundred times.
  maxRatio: 300,
  // Small layers may be all zeros.
  ratioFreeBytes: 2 ** 30,
  // The largest layer at the pace of a slow network and a slow core.
  maxMs: 30 * 60_000,
};
