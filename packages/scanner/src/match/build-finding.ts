import { compareSeverities, compareText, type Severity } from '@bulkhead/core';
import { orderVersions, parseVersion, type VersionScheme } from '@bulkhead/versions';
import type { Advisory } from '../advisory/advisory.ts';
import type { Suppression, VulnerabilityFinding } from '../finding/finding.ts';
import type { LocatedPackage } from '../package/package.ts';
import type { Candidate } from './candidates.ts';
import type { Exploitations } from './exploitations.ts';
import { isCve } from './names.ts';
import { riskOf } from './risk.ts';

/** One advisory that holds a package to be affected by a vulnerability. */
export interface Statement {
  readonly advisory: Advisory;
  readonly candidate: Candidate;
  readonly fixedVersions: readonly string[];
  readonly range: string;
}

/**
 * The one finding of a package and a vulnerability from all advisories that state it. The advisory whose fix is nearest
 * speaks for them; severity is the worst that any of them gives, and names, references and fixes are those of all.
 */
export function buildFinding(
  id: string,
  one: LocatedPackage,
  statements: readonly Statement[],
  exploitations: Exploitations,
  suppressed: Suppression | undefined,
): VulnerabilityFinding | undefined {
  const scheme = statements[0]?.candidate.how.scheme as VersionScheme | undefined;
  if (scheme === undefined) return undefined;
  const ordered = statements.toSorted(
    (a, b) => compareFixes(scheme, a.fixedVersions[0], b.fixedVersions[0]) || compareText(a.advisory.id, b.advisory.id),
  );
  const [best] = ordered;
  if (best === undefined) return undefined;
  const fixedVersions = unique(ordered.flatMap((statement) => statement.fixedVersions)).toSorted((a, b) =>
    compareFixes(scheme, a, b),
  );
  const severity = ordered.map(({ advisory }) => advisory.severity).reduce(worse);
  const cvss = ordered.flatMap(({ advisory }) => advisory.cvss)[0];
  const scores = exploitations.of(id);
  const { published, summary } = best.advisory;
  return {
    kind: 'vulnerability',
    id,
    advisory: best.advisory.id,
    source: best.advisory.source,
    aliases: aliasesOf(id, ordered),
    package: one,
    fixedVersions,
    status: statusOf(fixedVersions, ordered),
    severity,
    ...(cvss !== undefined && { cvss }),
    ...scores,
    risk: riskOf(severity, { ...scores, ...(cvss !== undefined && { cvss }) }),
    title: summary,
    references: unique(ordered.flatMap(({ advisory }) => advisory.references)),
    ...(published !== undefined && { published }),
    explanation: { ...best.candidate.how, installedVersion: one.version, range: best.range },
    ...(suppressed !== undefined && { suppressed }),
  };
}

/** Other names of this vulnerability, and the advisories that state it; another CVE of the same erratum is none. */
function aliasesOf(id: string, statements: readonly Statement[]): readonly string[] {
  const names = statements.flatMap(({ advisory }) => [
    advisory.id,
    ...advisory.aliases.filter((alias) => !isCve(alias) || !isCve(id)),
  ]);
  return unique(names).filter((name) => name !== id);
}

function statusOf(fixedVersions: readonly string[], statements: readonly Statement[]): VulnerabilityFinding['status'] {
  if (fixedVersions.length > 0) return 'fixed';
  const words = statements.map(({ candidate }) => candidate.affected.status);
  if (words.includes('end-of-life')) return 'end-of-life';
  return words.includes('will-not-fix') ? 'will-not-fix' : 'affected';
}

/** Nearest first; an advisory without a fix comes last. */
function compareFixes(scheme: VersionScheme, a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? 1 : -1;
  const left = parseVersion(scheme, a);
  const right = parseVersion(scheme, b);
  return left.ok && right.ok ? orderVersions(left.version, right.version) : compareText(a, b);
}

function worse(a: Severity, b: Severity): Severity {
  return compareSeverities(a, b) >= 0 ? a : b;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
