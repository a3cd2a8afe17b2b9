import { compareSeverities, compareText } from '@bulkhead/core';
import type { Finding } from '../../finding/finding.ts';
import type { LocatedPackage, Location } from '../../package/package.ts';

const KINDS = ['vulnerability', 'misconfiguration', 'secret'] as const;

/** Orders findings as people read them: by kind, worst first, then what can be fixed, then by risk and by name. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
    compareSeverities(b.severity, a.severity) ||
    compareVulnerabilities(a, b) ||
    compareText(a.id, b.id) ||
    compareLocations(locationOf(a), locationOf(b)) ||
    compareText(textOf(a), textOf(b))
  );
}

/** Orders packages by type, name, version and where they are. */
export function comparePackages(a: LocatedPackage, b: LocatedPackage): number {
  return (
    compareText(a.type, b.type) ||
    compareText(a.namespace ?? '', b.namespace ?? '') ||
    compareText(a.name, b.name) ||
    compareText(a.version, b.version) ||
    compareText(a.arch ?? '', b.arch ?? '') ||
    compareLocations(a.location, b.location)
  );
}

/** Where a finding is. */
export function locationOf(finding: Finding): Location {
  return finding.kind === 'vulnerability' ? finding.package.location : finding.location;
}

function compareVulnerabilities(a: Finding, b: Finding): number {
  if (a.kind !== 'vulnerability' || b.kind !== 'vulnerability') return 0;
  return (
    Number(b.fixedVersions.length > 0) - Number(a.fixedVersions.length > 0) ||
    b.risk.score - a.risk.score ||
    compareText(a.id, b.id) ||
    comparePackages(a.package, b.package) ||
    compareText(a.advisory, b.advisory)
  );
}

function compareLocations(a: Location, b: Location): number {
  return (
    compareText(a.path, b.path) ||
    compareText((a.within ?? []).join('\0'), (b.within ?? []).join('\0')) ||
    (a.line ?? 0) - (b.line ?? 0) ||
    compareText(a.layer ?? '', b.layer ?? '')
  );
}

function textOf(finding: Finding): string {
  if (finding.kind === 'secret') return finding.masked;
  return finding.kind === 'misconfiguration' ? finding.message : '';
}
