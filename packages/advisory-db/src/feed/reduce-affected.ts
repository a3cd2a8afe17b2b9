import type { AffectedPackage, VersionRange } from '@bulkhead/scanner';
import { compareVersions } from '@bulkhead/versions';
import type { OsvAffected, OsvRecord } from './osv-schema.ts';
import { affectedStatus, qualifiers } from './qualifiers.ts';

/** The packages that a record can be matched by: those with a name, and a version to compare or to find in a list. */
export function reduceAffected(source: string, record: OsvRecord): readonly AffectedPackage[] {
  const affected = (record.affected ?? []).flatMap((entry) => reduceOne(record, entry) ?? []);
  return source === 'AlmaLinux' ? firstBuilds(affected) : affected;
}

function reduceOne(record: OsvRecord, affected: OsvAffected): AffectedPackage | undefined {
  if (affected.package == null) return undefined;
  // Commits are in no package database: a GIT range can match nothing that a scan finds.
  const ranges = (affected.ranges ?? []).filter(({ type }) => type !== 'GIT') satisfies readonly VersionRange[];
  const versions = isExpanded(affected) ? [] : (affected.versions ?? []);
  const status = affectedStatus(affected);
  if (ranges.length === 0 && versions.length === 0 && status === undefined) return undefined;

  const limits = qualifiers(record, affected);
  return {
    advisory: record.id,
    ecosystem: affected.package.ecosystem,
    name: affected.package.name,
    ranges,
    versions,
    ...(limits !== undefined && { qualifiers: limits }),
    ...(status !== undefined && { status }),
  };
}

/** Distributions whose records list, beside their ranges, every published version that lies in them. */
const EXPANDED = new Set(['Alpine', 'Azure Linux', 'Debian', 'Mageia', 'SUSE', 'Ubuntu', 'openEuler', 'openSUSE']);

/**
 * Whether the listed versions only repeat the ranges. Distributions order their versions totally, so that the range says
 * it all; the lists are nine tenths of Ubuntu's feed.
 */
function isExpanded({ package: named, ranges }: OsvAffected): boolean {
  const [distribution] = (named?.ecosystem ?? '').split(':', 1);
  return EXPANDED.has(distribution ?? '') && (ranges ?? []).some(({ type }) => type === 'ECOSYSTEM');
}

/**
 * AlmaLinux's errata list every build that was published with the fix, as an entry of its own: a rebuild for a later minor
 * release, one with `.alma` or `.alma.plus` beside the plain one. The lowest has the fix already; held against the others,
 * a system that has it would be affected for ever. One package in seven of AlmaLinux 8 is of this kind.
 */
function firstBuilds(affected: readonly AffectedPackage[]): readonly AffectedPackage[] {
  const first = new Map<string, AffectedPackage>();
  const kept: AffectedPackage[] = [];
  for (const entry of affected) {
    const fixed = soleFix(entry);
    const key = `${entry.ecosystem}\0${entry.name}`;
    const known = first.get(key);
    const lowest = known && soleFix(known);
    if (fixed === undefined) kept.push(entry);
    else if (lowest === undefined) first.set(key, entry);
    else {
      const comparison = compareVersions('rpm', fixed, lowest);
      if (!comparison.ok) kept.push(entry);
      else if (comparison.order < 0) first.set(key, entry);
    }
  }
  return [...first.values(), ...kept];
}

/** The fix of an entry that says nothing but "everything below this". */
function soleFix({ ranges, versions, status }: AffectedPackage): string | undefined {
  const [first, second, ...more] = ranges.length === 1 ? (ranges[0]?.events ?? []) : [];
  if (first === undefined || second === undefined || more.length > 0) return undefined;
  if (versions.length > 0 || status !== undefined || !('introduced' in first) || first.introduced !== '0')
    return undefined;
  return 'fixed' in second ? second.fixed : undefined;
}
