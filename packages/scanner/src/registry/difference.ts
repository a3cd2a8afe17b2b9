import type { Finding } from '../finding/finding.ts';
import type { Affection, Difference } from './stored-scan.ts';

/** Compares two judgements of one image by the vulnerabilities that count. Sorted by vulnerability. */
export function findDifference(before: readonly Finding[], after: readonly Finding[]): Difference {
  const [old, now] = [affections(before), affections(after)];
  return { appeared: missing(now, old), disappeared: missing(old, now) };
}

/** Whether a difference is none. */
export function isUnchanged({ appeared, disappeared }: Difference): boolean {
  return appeared.length === 0 && disappeared.length === 0;
}

type Affections = ReadonlyMap<string, ReadonlySet<string>>;

function affections(findings: readonly Finding[]): Affections {
  const packagesById = new Map<string, Set<string>>();
  for (const finding of findings) {
    if (finding.kind !== 'vulnerability' || finding.suppressed !== undefined) continue;
    const packages = packagesById.get(finding.id) ?? new Set<string>();
    packages.add(`${finding.package.name} ${finding.package.version}`);
    packagesById.set(finding.id, packages);
  }
  return packagesById;
}

function missing(from: Affections, other: Affections): Affection[] {
  return [...from]
    .filter(([vulnerability]) => !other.has(vulnerability))
    .map(([vulnerability, packages]) => ({ vulnerability, packages: [...packages].toSorted() }))
    .toSorted((a, b) => (a.vulnerability < b.vulnerability ? -1 : 1));
}
