import { orderVersions, type ParsedVersion, type VersionScheme } from '@bulkhead/versions';
import type { AffectedPackage } from '../advisory/advisory.ts';
import { type CompiledRange, compiledRanges, type EpochForm } from './range.ts';

/** The version from which on none of a package's entries holds it to be affected. */
interface Ceiling {
  readonly version: ParsedVersion;
  /** Whether the version itself is free: it is where an entry ends with a fix, and not where one ends with the last affected. */
  readonly free: boolean;
}

// Entries are looked up together and held against thousands of packages; this goes when they go.
const CEILINGS: Readonly<Record<EpochForm, WeakMap<readonly AffectedPackage[], Ceiling | 'none'>>> = {
  with: new WeakMap(),
  without: new WeakMap(),
};

/**
 * Whether a version is beyond all entries of its package, by one comparison instead of one for each: most packages of
 * an image are up to date. False says nothing: the entries have to be looked at.
 */
export function isBeyond(
  entries: readonly AffectedPackage[],
  scheme: VersionScheme,
  installed: ParsedVersion,
  epochs: EpochForm,
): boolean {
  let ceiling = CEILINGS[epochs].get(entries);
  if (ceiling === undefined) {
    ceiling = ceilingOf(entries, scheme, epochs);
    CEILINGS[epochs].set(entries, ceiling);
  }
  if (ceiling === 'none') return false;
  const order = orderVersions(installed, ceiling.version);
  return order > 0 || (order === 0 && ceiling.free);
}

function ceilingOf(entries: readonly AffectedPackage[], scheme: VersionScheme, epochs: EpochForm): Ceiling | 'none' {
  let highest: Ceiling | 'none' = 'none';
  for (const entry of entries) {
    // Listed versions stand anywhere, and an entry without ranges is about every version.
    if (entry.versions.length > 0 || entry.ranges.length === 0) return 'none';
    for (const range of compiledRanges(entry, scheme, epochs)) {
      const end = endOf(range);
      if (end === undefined) return 'none';
      highest = highest === 'none' ? end : higher(highest, end);
    }
  }
  return highest;
}

/** Where a range ends; undefined where it goes on for ever or cannot be read. */
function endOf({ events, problem }: CompiledRange): Ceiling | undefined {
  const last = events.at(-1);
  if (problem !== undefined || last?.version === undefined || last.kind === 'introduced') return undefined;
  const { version } = last;
  const atEnd = events.filter((event) => event.version !== undefined && orderVersions(event.version, version) === 0);
  return { version, free: atEnd.every(({ kind }) => kind === 'fixed') };
}

function higher(a: Ceiling, b: Ceiling): Ceiling {
  const order = orderVersions(a.version, b.version);
  if (order === 0) return { version: a.version, free: a.free && b.free };
  return order > 0 ? a : b;
}
