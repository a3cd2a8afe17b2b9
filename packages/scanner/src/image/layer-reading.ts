import type { Gap } from '../reader/gap.ts';
import type { FileEntry, FileReading, Reader, ReadResult, WholeFileReader } from '../reader/reader.ts';
import type { FileFacts, LayerReport, Link } from './layer-report.ts';
import type { ContentSink, EntryVisitor } from './ports.ts';

/** Links of one layer that are kept; an image with more was made to exhaust memory. The largest seen have some 30,000. */
export const MAX_LINKS = 200_000;
/** Entries of one layer whose paths are kept, at about 100 bytes each. */
export const MAX_REPLACED = 1_000_000;

/**
 * Offers each entry of one layer (or tree) to the readers and collects what they find. Each file is given once to all
 * readers that want it, whole-file readers sharing one buffer. A path that comes twice counts as its last entry, as it
 * does for every runtime that unpacks layers.
 */
export class LayerReading implements EntryVisitor {
  readonly #readers: readonly Reader[];
  readonly #layer: string | undefined;
  readonly #lowest: boolean;
  readonly #found = new Map<string, Found>();
  readonly #removed = new Set<string>();
  readonly #opaque = new Set<string>();
  readonly #replaced = new Set<string>();
  readonly #folders = new Set<string>();
  readonly #links = new Map<string, Link>();
  readonly #gaps: Gap[] = [];
  #readersMs = 0;
  #readerFailed = false;

  /** `layer` is the diff id that gaps name; `lowest` says that nothing lies below, so that nothing is replaced. */
  constructor(readers: readonly Reader[], layer: string | undefined, lowest: boolean) {
    this.#readers = readers;
    this.#layer = layer;
    this.#lowest = lowest;
  }

  /** What the readers themselves have taken until now. */
  get readersMs(): number {
    return this.#readersMs;
  }

  /** Whether a reader threw, which is our fault and not the layer's: the next program may know better. */
  get readerFailed(): boolean {
    return this.#readerFailed;
  }

  folder(path: string): void {
    if (this.#lowest) return;
    if (this.#replaced.size + this.#folders.size < MAX_REPLACED) this.#folders.add(path);
    else this.#limitOfPaths();
  }

  file(entry: FileEntry): ContentSink | undefined {
    this.#found.delete(entry.path);
    this.#links.delete(entry.path);
    if (!this.#lowest) this.#replace(entry.path);
    if (entry.kind !== 'file') {
      this.#link(entry.path, entry.target ?? '', entry.kind);
      return undefined;
    }
    return this.#offer(entry);
  }

  whiteout(path: string, kind: 'removed' | 'opaque'): void {
    (kind === 'removed' ? this.#removed : this.#opaque).add(path);
  }

  report(diffId: string): LayerReport {
    const paths = [...this.#found.keys()].toSorted();
    const files: FileFacts[] = [];
    const gaps = [...this.#gaps];
    for (const path of paths) {
      const found = this.#found.get(path);
      if (found === undefined) continue;
      files.push(...found.files.toSorted((a, b) => (a.reader < b.reader ? -1 : 1)));
      gaps.push(...found.gaps);
    }
    return {
      diffId,
      status: gaps.length === 0 ? 'complete' : 'partial',
      files,
      removed: [...this.#removed].toSorted(),
      opaque: [...this.#opaque].toSorted(),
      replaced: [...this.#replaced].toSorted(),
      folders: [...this.#folders].toSorted(),
      links: [...this.#links.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
      gaps,
    };
  }

  #replace(path: string): void {
    if (this.#replaced.size + this.#folders.size < MAX_REPLACED) this.#replaced.add(path);
    else this.#limitOfPaths();
  }

  #link(path: string, target: string, kind: Link['kind']): void {
    if (this.#links.size < MAX_LINKS) this.#links.set(path, { path, target, kind });
    else this.#limit(`it has more than ${MAX_LINKS} links; later ones are not followed`);
  }

  #limitOfPaths(): void {
    this.#limit(
      `it has more than ${MAX_REPLACED} entries; what later ones replace in older layers may still be reported`,
    );
  }

  #limit(message: string): void {
    if (!this.#gaps.some((gap) => gap.message === message)) this.#gaps.push(this.#gap({ code: 'limit', message }));
  }

  #offer(entry: FileEntry): ContentSink | undefined {
    const whole: WholeFileReader[] = [];
    const streams: Offered[] = [];
    let found: Found | undefined;
    const started = performance.now();
    for (const reader of this.#readers) {
      if (!reader.wants(entry)) continue;
      found ??= this.#foundAt(entry.path);
      if (reader.mode === 'stream') {
        const reading = this.#attempt(reader, entry, found, () => reader.open(entry));
        if (reading !== undefined) streams.push({ reader, reading, open: true, failed: false });
      } else if (entry.size > reader.maxBytes) {
        const message = `its ${entry.size} bytes are more than the ${reader.maxBytes} that are read`;
        found.gaps.push(this.#gap({ code: 'too-large', message, path: entry.path, reader: reader.id }));
      } else whole.push(reader);
    }
    this.#readersMs += performance.now() - started;
    if (found === undefined || (whole.length === 0 && streams.length === 0)) return undefined;
    return this.#sink(entry, found, whole, streams);
  }

  #sink(entry: FileEntry, found: Found, whole: readonly WholeFileReader[], streams: readonly Offered[]): ContentSink {
    // Only what arrives is kept: a size that lies must not reserve memory.
    let chunks: Buffer[] = [];
    const write = (chunk: Buffer): boolean => {
      if (whole.length > 0) chunks.push(Buffer.from(chunk));
      let wanted = whole.length > 0;
      const started = performance.now();
      for (const stream of streams) {
        if (!stream.open) continue;
        const more = this.#attempt(stream.reader, entry, found, () => stream.reading.write(chunk));
        stream.failed = more === undefined;
        stream.open = more ?? false;
        wanted ||= stream.open;
      }
      this.#readersMs += performance.now() - started;
      return wanted;
    };
    const end = (complete: boolean): void => {
      const started = performance.now();
      for (const { reader, reading, failed } of streams) {
        if (!failed) this.#keep(reader, entry, found, () => reading.end(complete));
      }
      if (whole.length > 0 && complete) {
        const content = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
        chunks = [];
        for (const reader of whole) this.#keep(reader, entry, found, () => reader.read(entry, content));
      } else if (whole.length > 0) {
        const gap = { code: 'unreadable', message: 'its content broke off', path: entry.path } as const;
        for (const reader of whole) found.gaps.push(this.#gap({ ...gap, reader: reader.id }));
      }
      this.#readersMs += performance.now() - started;
    };
    return { write, end };
  }

  #keep(reader: Reader, entry: FileEntry, found: Found, read: () => ReadResult): void {
    const result = this.#attempt(reader, entry, found, read);
    if (result === undefined) return;
    if (result.facts.length > 0) found.files.push({ path: entry.path, reader: reader.id, facts: result.facts });
    for (const gap of result.gaps) found.gaps.push(this.#gap({ path: entry.path, reader: reader.id, ...gap }));
  }

  /** A reader that throws has met something it does not know: that is one file not looked at, not the end of a scan. */
  #attempt<T>(reader: Reader, entry: FileEntry, found: Found, read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      this.#readerFailed = true;
      const message = `the reader failed on it: ${error instanceof Error ? error.message : String(error)}`;
      found.gaps.push(this.#gap({ code: 'corrupt', message, path: entry.path, reader: reader.id }));
      return undefined;
    }
  }

  #foundAt(path: string): Found {
    const found: Found = { files: [], gaps: [] };
    this.#found.set(path, found);
    return found;
  }

  #gap(gap: Gap): Gap {
    return this.#layer === undefined ? gap : { ...gap, layer: this.#layer };
  }
}

interface Found {
  readonly files: FileFacts[];
  readonly gaps: Gap[];
}

interface Offered {
  readonly reader: Reader;
  readonly reading: FileReading;
  open: boolean;
  failed: boolean;
}
