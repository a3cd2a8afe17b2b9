import type { FileEntry } from '../reader/reader.ts';
import type { LinkedFile } from './follow-links.ts';
import { LayerReading } from './layer-reading.ts';
import type { LayerReport } from './layer-report.ts';
import { isCovered, type LayeredView } from './layered-view.ts';
import type { ContentSink, EntryVisitor, ImageSource } from './ports.ts';

/**
 * Reads the files that links lead to, each from the uppermost layer that has it and under the link's name, and adds
 * what they say to the view. A link that leads nowhere says nothing. Costs one more pass over the layers concerned.
 */
export async function readLinkedFiles(
  source: ImageSource,
  reports: readonly LayerReport[],
  view: LayeredView,
  linked: readonly LinkedFile[],
  signal: AbortSignal,
): Promise<void> {
  let wanted = linked;
  for (const layer of source.image.layers.toReversed()) {
    if (wanted.length === 0) return;
    const report = reports.find(({ diffId }) => diffId === layer.diffId);
    if (report === undefined) continue;
    const visitor = new LinkedReading(view, layer.diffId, wanted);
    await source.visitLayer(layer, visitor, signal);
    for (const { target, facts } of visitor.results()) {
      view.add(facts);
      wanted = wanted.filter((file) => file.target !== target);
    }
    const gone = new Set([...report.removed, ...report.replaced].map((path) => view.links.inRealFolder(path)));
    const covers = { gone, opaque: new Set(report.opaque) };
    wanted = wanted.filter((file) => !isCovered(file.target, covers));
  }
}

/** Offers single files of one layer to the readers that want them under another name. */
class LinkedReading implements EntryVisitor {
  readonly #view: LayeredView;
  readonly #layer: string;
  readonly #wanted: ReadonlyMap<string, readonly LinkedFile[]>;
  readonly #readings: { readonly target: string; readonly reading: LayerReading }[] = [];

  constructor(view: LayeredView, layer: string, wanted: readonly LinkedFile[]) {
    this.#view = view;
    this.#layer = layer;
    this.#wanted = Map.groupBy(wanted, (file) => file.target);
  }

  folder(): void {}

  whiteout(): void {}

  file(entry: FileEntry): ContentSink | undefined {
    const target = this.#view.links.inRealFolder(entry.path);
    const files = this.#wanted.get(target);
    if (files === undefined || entry.kind !== 'file') return undefined;
    const sinks = files.flatMap(({ path, readers }) => {
      const reading = new LayerReading(readers, this.#layer, true);
      this.#readings.push({ target, reading });
      return reading.file({ ...entry, path }) ?? [];
    });
    return {
      write: (chunk) => sinks.map((sink) => sink.write(chunk)).some(Boolean),
      end: (complete) => sinks.forEach((sink) => sink.end(complete)),
    };
  }

  results(): { readonly target: string; readonly facts: LayerReport }[] {
    return this.#readings.map(({ target, reading }) => ({ target, facts: reading.report(this.#layer) }));
  }
}
