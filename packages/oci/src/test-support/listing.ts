import type { ContentSink, EntryVisitor, FileEntry, ImageSource } from '@bulkhead/scanner';

/** Writes down all it is given: paths, and contents in full. */
export class Listing implements EntryVisitor {
  readonly folders: string[] = [];
  readonly entries: FileEntry[] = [];
  readonly contents = new Map<string, string>();
  readonly whiteouts: string[] = [];
  readonly cut: string[] = [];

  folder(path: string): void {
    this.folders.push(path);
  }

  file(entry: FileEntry): ContentSink | undefined {
    this.entries.push(entry);
    if (entry.kind !== 'file') return undefined;
    const chunks: Buffer[] = [];
    return {
      write: (chunk) => chunks.push(Buffer.from(chunk)) > 0,
      end: (complete) => {
        if (complete) this.contents.set(entry.path, Buffer.concat(chunks).toString('latin1'));
        else this.cut.push(entry.path);
      },
    };
  }

  whiteout(path: string, kind: 'removed' | 'opaque'): void {
    this.whiteouts.push(`${kind} ${path}`);
  }
}

/** Reads all layers of an image. */
export async function listLayers(source: ImageSource): Promise<Listing[]> {
  const listings: Listing[] = [];
  for (const layer of source.image.layers) {
    const listing = new Listing();
    await source.visitLayer(layer, listing, new AbortController().signal);
    listings.push(listing);
  }
  return listings;
}

export async function listAndClose(source: ImageSource): Promise<Listing[]> {
  try {
    return await listLayers(source);
  } finally {
    await source.close();
  }
}
