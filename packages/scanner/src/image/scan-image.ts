import type { Reader } from '../reader/reader.ts';
import { assembleInventory } from './assemble-inventory.ts';
import { findLinkedFiles } from './follow-links.ts';
import type { Image, LayerDescriptor } from './image.ts';
import type { Inventory } from './inventory.ts';
import { layerCacheKey } from './layer-cache-key.ts';
import { LayerFlights } from './layer-flights.ts';
import { LayerReading } from './layer-reading.ts';
import type { LayerReport } from './layer-report.ts';
import { LayeredView } from './layered-view.ts';
import type { ImageSource, LayerCache, LayerRead } from './ports.ts';
import { readLinkedFiles } from './read-linked-files.ts';

/**
 * Layers in work at once. Two keep decompression and digests busy on separate cores; each more costs the memory of its
 * buffers and of the largest file a reader takes whole.
 */
export const DEFAULT_CONCURRENCY = 2;

export interface ScanOptions {
  readonly signal?: AbortSignal;
  readonly concurrency?: number;
  /** What scans that run at the same moment share. */
  readonly flights?: LayerFlights;
  /** Called as each layer is done, in no particular order. */
  readonly onLayer?: (time: LayerScanTime) => void;
  /**
   * Told how many stored bytes of layers have come since it was last called; of a layer that the cache knows, all at
   * once. The sizes of the image's layers are what they come to.
   */
  readonly onBytes?: (bytes: number) => void;
}

/** Times are wall-clock milliseconds. */
export interface LayerScanTime {
  readonly diffId: string;
  /** Known, from the cache or from a scan at the same moment. */
  readonly cached: boolean;
  /** All of it: fetching, decompressing, digests, readers, cache. */
  readonly ms: number;
  readonly readersMs: number;
  /** Of the layer as stored and uncompressed; 0 where the cache knew it. */
  readonly storedBytes: number;
  readonly bytes: number;
  readonly entries: number;
}

export interface ImageScan {
  readonly image: Image;
  readonly inventory: Inventory;
  readonly layers: readonly LayerScanTime[];
  /** What each step took, in order: `layers`, `apply` and, where a link led to a file nobody looked at, `links`. */
  readonly phases: readonly { readonly name: string; readonly ms: number }[];
}

/**
 * Reads an image's layers through the readers, each once and alone, and applies them over each other. With a cache,
 * layers whose report is known are not fetched. Rejects when a layer cannot be read whole: half an image is no result;
 * what single files keep to themselves becomes gaps instead.
 *
 * ```ts
 * const source = await openArchive('image.tar');
 * try {
 *   const { inventory, phases } = await scanImage(source, READERS, cache);
 * } finally {
 *   await source.close();
 * }
 * ```
 */
export async function scanImage(
  source: ImageSource,
  readers: readonly Reader[],
  cache?: LayerCache,
  options: ScanOptions = {},
): Promise<ImageScan> {
  const started = performance.now();
  const { reports, times } = await readLayers(source, readers, cache, options);
  const read = performance.now();

  const view = new LayeredView();
  for (const report of reports) view.apply(report);
  const linked = findLinkedFiles(view, readers);
  const applied = performance.now();
  const phases = [
    { name: 'layers', ms: read - started },
    { name: 'apply', ms: applied - read },
  ];
  if (linked.length > 0) {
    await readLinkedFiles(source, reports, view, linked, signalOf(options));
    phases.push({ name: 'links', ms: performance.now() - applied });
  }
  const assembling = performance.now();
  const inventory = assembleInventory(view, true);
  phases.push({ name: 'assemble', ms: performance.now() - assembling });
  return { image: source.image, inventory, layers: times, phases };
}

async function readLayers(
  source: ImageSource,
  readers: readonly Reader[],
  cache: LayerCache | undefined,
  options: ScanOptions,
): Promise<{ reports: LayerReport[]; times: LayerScanTime[] }> {
  const { layers } = source.image;
  const reports: LayerReport[] = [];
  const times: LayerScanTime[] = [];
  const failure = new AbortController();
  const signal = AbortSignal.any([signalOf(options), failure.signal]);
  let next = 0;
  async function work(): Promise<void> {
    while (next < layers.length) {
      signal.throwIfAborted();
      const index = next;
      next += 1;
      const layer = layers[index];
      if (layer === undefined) return;
      const { report, time } = await readLayer(source, layer, readers, cache, {
        lowest: index === 0,
        signal,
        flights: options.flights ?? new LayerFlights(),
        onBytes: options.onBytes,
      });
      reports[index] = report;
      times[index] = time;
      options.onLayer?.(time);
    }
  }
  const workers = Array.from({ length: options.concurrency ?? DEFAULT_CONCURRENCY }, work);
  try {
    await Promise.all(workers);
  } catch (error) {
    // The others stop too, and are waited for: nothing reads a source that its owner is about to close.
    failure.abort(error);
    await Promise.allSettled(workers);
    throw error;
  }
  return { reports, times };
}

interface LayerPlace {
  readonly lowest: boolean;
  readonly signal: AbortSignal;
  readonly flights: LayerFlights;
  readonly onBytes: ScanOptions['onBytes'];
}

async function readLayer(
  source: ImageSource,
  layer: LayerDescriptor,
  readers: readonly Reader[],
  cache: LayerCache | undefined,
  { lowest, signal, flights, onBytes }: LayerPlace,
): Promise<{ report: LayerReport; time: LayerScanTime }> {
  const started = performance.now();
  const { diffId } = layer;
  const key = layerCacheKey(diffId, readers, lowest);
  let read: LayerRead = { entries: 0, storedBytes: 0, bytes: 0 };
  let [cached, readersMs] = [true, 0];
  const { report } = await flights.share(key, signal, async () => {
    const known = await cache?.get(key);
    if (known !== undefined) return known;
    const reading = new LayerReading(readers, diffId, lowest);
    read = await source.visitLayer(layer, reading, signal, onBytes);
    [cached, readersMs] = [false, reading.readersMs];
    const made = reading.report(diffId);
    if (!reading.readerFailed) await cache?.put(key, made);
    return made;
  });
  if (cached) onBytes?.(layer.size ?? 0);
  return { report, time: { diffId, cached, ms: performance.now() - started, readersMs, ...read } };
}

function signalOf(options: ScanOptions): AbortSignal {
  return options.signal ?? new AbortController().signal;
}
