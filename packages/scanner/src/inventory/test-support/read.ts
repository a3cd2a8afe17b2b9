import type { Fact, FoundPackage } from '../../reader/fact.ts';
import type { Gap } from '../../reader/gap.ts';
import type { FileEntry, Reader, ReadResult } from '../../reader/reader.ts';

export interface Seen {
  readonly packages: readonly FoundPackage[];
  /** `name version`, sorted: what most tests compare. */
  readonly names: readonly string[];
  readonly owned: ReadonlyMap<string, readonly string[]>;
  readonly gaps: readonly Gap[];
  readonly facts: readonly Fact[];
}

export function entry(path: string, size = 0, mode = 0o644): FileEntry {
  return { path, size, mode, kind: 'file' };
}

/** Lets a reader read one file. Streams are cut into pieces of `cut` bytes. */
export function read(reader: Reader, path: string, content: Buffer | string, cut = 65_536): Seen {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return seen(readResult(reader, entry(path, bytes.length, 0o755), bytes, cut));
}

export function readResult(reader: Reader, file: FileEntry, bytes: Buffer, cut = 65_536): ReadResult {
  if (reader.mode === 'whole') return reader.read(file, bytes);
  const reading = reader.open(file);
  let complete = true;
  for (let at = 0; at < bytes.length; at += cut) {
    // A copy that is overwritten afterwards: a chunk is valid during the call only.
    const chunk = Buffer.from(bytes.subarray(at, at + cut));
    const more = reading.write(chunk);
    chunk.fill(0xaa);
    if (!more) {
      complete = at + cut >= bytes.length;
      break;
    }
  }
  return reading.end(complete);
}

export function seen({ facts, gaps }: ReadResult): Seen {
  const packages = facts.flatMap((fact) => (fact.kind === 'packages' ? fact.packages : []));
  return {
    facts,
    gaps,
    packages,
    names: packages
      .map(({ namespace, name, version }) => `${namespace ? `${namespace}/` : ''}${name} ${version}`)
      .toSorted(),
    owned: new Map(facts.flatMap((fact) => (fact.kind === 'owned-files' ? [[fact.owner.name, fact.paths]] : []))),
  };
}
