import { createHash } from 'node:crypto';
import type { Reader } from '../reader/reader.ts';

/** Raised by every change to `LayerReport` or to how one is made: older cached reports then no longer count. */
export const LAYER_REPORT_VERSION = 1;

/**
 * Names what is known of a layer once these readers have read it. `lowest`: the layer has none below it, and its report
 * does not list what it replaces.
 */
export function layerCacheKey(diffId: string, readers: readonly Reader[], lowest: boolean): string {
  const versions = readers.map(({ id, version }) => `${id}@${version}`).toSorted();
  const hash = createHash('sha256').update([`report@${LAYER_REPORT_VERSION}`, ...versions].join('\n'));
  return `${diffId.replace(':', '-')}-${hash.digest('hex').slice(0, 32)}${lowest ? '-lowest' : ''}`;
}
