import type { Gap } from '../reader/gap.ts';
import type { FileFacts, LayerReport } from './layer-report.ts';
import { LinkMap } from './link-map.ts';

/** A file that is there once all layers are applied, with the layer it is from and what the readers said of it. */
export interface LiveFile {
  readonly path: string;
  readonly layer: string;
  readonly files: readonly FileFacts[];
  readonly gaps: readonly Gap[];
}

/**
 * What remains of the layers' facts as each is applied over those before it, as the OCI image specification orders
 * ("Applying Changesets"): an entry replaces what was at its path, a file or link also what was below it; whiteouts
 * remove, opaque whiteouts hide what older layers have in a folder. Entries whose way leads through a link that is
 * already there land where the link leads, as they do when a runtime unpacks them.
 */
export class LayeredView {
  readonly links = new LinkMap();
  readonly #files = new Map<string, LiveFile>();
  readonly #gaps: Gap[] = [];

  get files(): Iterable<LiveFile> {
    return this.#files.values();
  }

  /** The gaps of all layers that are about no path. */
  get gaps(): readonly Gap[] {
    return this.#gaps;
  }

  apply(report: LayerReport): void {
    const isFirst = this.#files.size === 0 && [...this.links.links].length === 0;
    if (!isFirst) this.#hide(report);
    for (const link of report.links) this.links.set({ ...link, path: this.links.inRealFolder(link.path) });
    this.add(report);
  }

  /** Adds what was found in a layer without letting it hide anything. */
  add(report: LayerReport): void {
    const byPath = new Map<string, { files: FileFacts[]; gaps: Gap[] }>();
    const at = (path: string): { files: FileFacts[]; gaps: Gap[] } => {
      const real = this.links.inRealFolder(path);
      const known = byPath.get(real) ?? { files: [], gaps: [] };
      byPath.set(real, known);
      return known;
    };
    for (const file of report.files) at(file.path).files.push(file);
    for (const gap of report.gaps) (gap.path === undefined ? this.#gaps : at(gap.path).gaps).push(gap);
    for (const [path, { files, gaps }] of byPath) this.#files.set(path, { path, layer: report.diffId, files, gaps });
  }

  #hide(report: LayerReport): void {
    // A folder's own entry turns a link into a folder before anything lands in it.
    for (const path of report.folders) this.#delete(this.links.inRealFolder(path));
    const real = (paths: readonly string[]): Set<string> => new Set(paths.map((path) => this.links.inRealFolder(path)));
    const covers = { gone: real([...report.removed, ...report.replaced]), opaque: real(report.opaque) };
    for (const path of this.#files.keys()) if (isCovered(path, covers)) this.#files.delete(path);
    for (const { path } of this.links.links) if (isCovered(path, covers)) this.links.delete(path);
  }

  #delete(path: string): void {
    this.#files.delete(path);
    this.links.delete(path);
  }
}

/** Whether a layer's own entries hide what older layers have at a path. */
export function isCovered(
  path: string,
  covers: { readonly gone: ReadonlySet<string>; readonly opaque: ReadonlySet<string> },
): boolean {
  const { gone, opaque } = covers;
  if (gone.has(path) || opaque.has('')) return true;
  for (let cut = path.lastIndexOf('/'); cut > 0; cut = path.lastIndexOf('/', cut - 1)) {
    const folder = path.slice(0, cut);
    if (gone.has(folder) || opaque.has(folder)) return true;
  }
  return false;
}
