import type { Link } from './layer-report.ts';

/** As many links as Linux follows in one path before it calls it a loop. */
const MAX_HOPS = 40;

/** The links of a file system as it is with all layers applied, and what paths become when they are followed. */
export class LinkMap {
  readonly #links = new Map<string, Link>();
  #folders = new Map<string, string>();

  get links(): Iterable<Link> {
    return this.#links.values();
  }

  set(link: Link): void {
    this.#links.set(link.path, link);
    this.#folders = new Map();
  }

  delete(path: string): void {
    if (this.#links.delete(path)) this.#folders = new Map();
  }

  /** The path with every folder on its way followed, but not the last segment; a path through a loop stays as it is. */
  inRealFolder(path: string): string {
    const cut = path.lastIndexOf('/');
    if (cut < 0 || this.#links.size === 0) return path;
    const folder = this.#realFolder(path.slice(0, cut));
    return folder === '' ? path.slice(cut + 1) : `${folder}${path.slice(cut)}`;
  }

  /** Where a path leads with all links followed, the last segment too; undefined for a loop. */
  resolve(path: string): string | undefined {
    const pending = path.split('/').toReversed();
    const real: string[] = [];
    let hops = 0;
    while (pending.length > 0) {
      const segment = pending.pop() ?? '';
      if (segment === '' || segment === '.') continue;
      if (segment === '..') {
        real.pop();
        continue;
      }
      real.push(segment);
      const link = this.#links.get(real.join('/'));
      if (link === undefined) continue;
      hops += 1;
      if (hops > MAX_HOPS) return undefined;
      real.pop();
      if (link.kind === 'hardlink' || link.target.startsWith('/')) real.length = 0;
      pending.push(...link.target.split('/').toReversed());
    }
    return real.join('/');
  }

  #realFolder(folder: string): string {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const real = this.resolve(folder) ?? folder;
    this.#folders.set(folder, real);
    return real;
  }
}
