import type { AffectedPackage, RangeEvent, VersionRange } from '@bulkhead/scanner';

/**
 * What a row of `affected` holds: one entry an advisory, without the names that its key already says and without the
 * words that are the same everywhere. Small, because it is parsed for each package of a scan that has any advisory.
 */
export type EncodedAffected = readonly [
  advisory: string,
  ranges: readonly EncodedRange[],
  versions?: readonly string[],
  rest?: EncodedRest,
];

/** `[type, …events]`, each event a letter for its kind and then the version. */
type EncodedRange = readonly string[];

interface EncodedRest {
  /** The name as the feed writes it, where the key is another spelling of it. */
  readonly n?: string;
  readonly q?: NonNullable<AffectedPackage['qualifiers']>;
  readonly s?: NonNullable<AffectedPackage['status']>;
}

const TYPES = { E: 'ECOSYSTEM', S: 'SEMVER', G: 'GIT' } as const;

export function encodeAffected(affected: AffectedPackage, key: string): EncodedAffected {
  const { advisory, name, ranges, versions, qualifiers, status } = affected;
  const rest: EncodedRest = {
    ...(name !== key && { n: name }),
    ...(qualifiers !== undefined && { q: qualifiers }),
    ...(status !== undefined && { s: status }),
  };
  const encoded = ranges.map(encodeRange);
  if (Object.keys(rest).length > 0) return [advisory, encoded, versions, rest];
  return versions.length > 0 ? [advisory, encoded, versions] : [advisory, encoded];
}

export function decodeAffected(encoded: EncodedAffected, ecosystem: string, key: string): AffectedPackage {
  const [advisory, ranges, versions = NONE, rest] = encoded;
  return {
    advisory,
    ecosystem,
    name: rest?.n ?? key,
    ranges: ranges.map(decodeRange),
    versions,
    ...(rest?.q !== undefined && { qualifiers: rest.q }),
    ...(rest?.s !== undefined && { status: rest.s }),
  };
}

const NONE: readonly string[] = [];

function encodeRange({ type, events }: VersionRange): EncodedRange {
  return [type.charAt(0), ...events.map(encodeEvent)];
}

function encodeEvent(event: RangeEvent): string {
  if ('introduced' in event) return `i${event.introduced}`;
  if ('fixed' in event) return `f${event.fixed}`;
  if ('last_affected' in event) return `a${event.last_affected}`;
  return `l${event.limit}`;
}

function decodeRange([type, ...events]: EncodedRange): VersionRange {
  return { type: TYPES[type as keyof typeof TYPES], events: events.map(decodeEvent) };
}

function decodeEvent(text: string): RangeEvent {
  const version = text.slice(1);
  switch (text.charAt(0)) {
    case 'i':
      return { introduced: version };
    case 'f':
      return { fixed: version };
    case 'a':
      return { last_affected: version };
    default:
      return { limit: version };
  }
}
