import type { AffectedPackage, VersionRange } from '@bulkhead/scanner';
import type { OsvAffected, OsvRecord } from './osv-schema.ts';
import { affectedStatus, qualifiers } from './qualifiers.ts';

/** The packages that a record can be matched by: those with a name, and a version to compare or to find in a list. */
export function reduceAffected(record: OsvRecord): readonly AffectedPackage[] {
  return (record.affected ?? []).flatMap((affected) => reduceOne(record, affected) ?? []);
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
