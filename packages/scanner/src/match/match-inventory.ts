import { compareText } from '@bulkhead/core';
import type { AdvisorySource } from '../advisory/ports.ts';
import { type EndOfLife, endOfLife } from '../end-of-life/end-of-life.ts';
import { ScanError } from '../error.ts';
import type { Suppression, VulnerabilityFinding } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';
import type { LocatedPackage } from '../package/package.ts';
import type { Gap } from '../reader/gap.ts';
import { BranchFixes } from './branch-fixes.ts';
import { buildFinding, type Statement } from './build-finding.ts';
import { type Candidate, distributionCandidates, languageCandidates } from './candidates.ts';
import { type DistributionEcosystem, distributionEcosystem } from './distribution-ecosystem.ts';
import { Exploitations } from './exploitations.ts';
import { notTheRunningKernel } from './kernel.ts';
import { languageEcosystem } from './language-ecosystem.ts';
import { MatchGaps } from './match-gaps.ts';
import { vulnerabilitiesOf } from './names.ts';
import { OwnedFiles } from './owned-files.ts';
import { thirdParty } from './third-party.ts';

export interface MatchOptions {
  /** Milliseconds since the Unix epoch: decides which distributions are past their end. */
  readonly now: number;
  /** What `uname -r` says, for a host; absent for images. */
  readonly runningKernel?: string;
  /** More are refused: packages and advisories multiply, and what names packages may be hostile. Absent where nothing is too much. */
  readonly maxFindings?: number;
}

export interface MatchResult {
  /** One for each package and vulnerability, suppressed ones too; sorted by package, then by vulnerability. */
  readonly findings: readonly VulnerabilityFinding[];
  /** Packages that nothing could be said about, and why. */
  readonly gaps: readonly Gap[];
  readonly endOfLife?: EndOfLife;
}

/**
 * Holds packages against advisories. Pure: equal inventories and advisories give equal findings in equal order. What
 * could not be compared is a gap: an ecosystem without advisories, a version without an order, a build of somebody
 * else. That a distribution is past its end is said apart: what is known about it was compared all the same. Throws
 * `TOO_MANY_FINDINGS` as soon as there are more than may be.
 */
export function matchInventory(
  inventory: Pick<Inventory, 'os' | 'packages' | 'ownerByPath'>,
  source: AdvisorySource,
  options: MatchOptions,
): MatchResult {
  const { os } = inventory;
  const { maxFindings = Number.POSITIVE_INFINITY } = options;
  const gaps = new MatchGaps();
  const distribution = os && distributionEcosystem(os, source.ecosystems);
  const end = os && endOfLife(os, options.now);
  const owned = distribution && new OwnedFiles(inventory, distribution, source);
  const exploitations = new Exploitations(source);
  const findings: VulnerabilityFinding[] = [];

  for (const one of inventory.packages) {
    const isDistribution = one.type === 'apk' || one.type === 'deb' || one.type === 'rpm';
    const candidates = isDistribution
      ? candidatesOfDistribution(one, distribution, inventory, source, gaps)
      : candidatesOfLanguage(one, source, gaps);
    if (candidates.length === 0) continue;
    const branches = new BranchFixes(one, source);
    for (const [id, statements] of statementsById(candidates, one, source, gaps)) {
      const suppressed = isDistribution
        ? (notTheRunningKernel(one, options.runningKernel) ?? branches.suppression(id, statements))
        : suppressionByOwner(id, statements, one, owned);
      const finding = buildFinding(id, one, statements, exploitations, suppressed);
      if (finding !== undefined) findings.push(finding);
    }
    if (findings.length > maxFindings) throw tooMany(maxFindings);
  }

  return {
    findings: findings.toSorted(compareFindings),
    gaps: gaps.result(),
    ...(end !== undefined && { endOfLife: end }),
  };
}

function tooMany(maxFindings: number): ScanError {
  return new ScanError('TOO_MANY_FINDINGS', {
    what: 'the packages are not held against the advisories',
    why: `more than ${maxFindings} findings come of them, and no more are taken`,
  });
}

function candidatesOfDistribution(
  one: LocatedPackage,
  to: DistributionEcosystem | undefined,
  { os }: Pick<Inventory, 'os'>,
  source: AdvisorySource,
  gaps: MatchGaps,
): readonly Candidate[] {
  if (to === undefined || to.type !== one.type) {
    const whose =
      os === undefined ? 'an unknown distribution' : (os.prettyName ?? `${os.id} ${os.versionId ?? ''}`.trim());
    gaps.add('no-advisories', `no advisories in OSV's form for ${one.type} packages of ${whose}`, one.name);
    return [];
  }
  if (to.ecosystems.length === 0) {
    gaps.add('no-advisories', `no advisories in the database for ${to.wanted}`, one.name);
    return [];
  }
  const builder = thirdParty(one, to);
  if (builder !== undefined) {
    gaps.add('no-advisories', `built by ${builder}, of whom the advisories of ${to.wanted} do not speak`, one.name);
    return [];
  }
  return distributionCandidates(one, to, source, 'affected');
}

function candidatesOfLanguage(one: LocatedPackage, source: AdvisorySource, gaps: MatchGaps): readonly Candidate[] {
  const to = languageEcosystem(one.type);
  if (to === undefined) {
    gaps.add('no-advisories', `no ecosystem with advisories for packages of type ${one.type}`, one.name);
    return [];
  }
  if (!source.ecosystems.has(to.ecosystem)) {
    gaps.add('no-advisories', `no advisories in the database for ${to.ecosystem}`, one.name);
    return [];
  }
  return languageCandidates(one, to, source);
}

/** What holds the package to be affected, by vulnerability. Records that are withdrawn or not about security say nothing. */
function statementsById(
  candidates: readonly Candidate[],
  one: LocatedPackage,
  source: AdvisorySource,
  gaps: MatchGaps,
): ReadonlyMap<string, Statement[]> {
  const byId = new Map<string, Statement[]>();
  for (const candidate of candidates) {
    const { verdict, affected } = candidate;
    if (verdict.outcome === 'not-affected') continue;
    const advisory = source.advisory(affected.advisory);
    if (advisory === undefined) {
      gaps.add('unresolved', `the database names ${affected.advisory} and does not have it`, one.name);
      continue;
    }
    if (advisory.withdrawn !== undefined || !advisory.security) continue;
    if (verdict.outcome === 'unknown') {
      gaps.add('unresolved', unresolved(candidate, verdict, one), one.name);
      continue;
    }
    for (const id of vulnerabilitiesOf(advisory)) {
      const statement = { advisory, candidate, fixedVersions: verdict.fixedVersions, range: verdict.range };
      const known = byId.get(id);
      if (known === undefined) byId.set(id, [statement]);
      else known.push(statement);
    }
  }
  return byId;
}

function unresolved(
  { how, affected }: Candidate,
  { version, reason }: { readonly version: string; readonly reason: string },
  one: LocatedPackage,
): string {
  const whose =
    version === how.comparedVersion ? `version ${quoted(one.version)}` : `${affected.advisory}'s ${quoted(version)}`;
  return `${whose} has no order in ${how.ecosystem} (${reason})`;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function suppressionByOwner(
  id: string,
  statements: readonly Statement[],
  one: LocatedPackage,
  owned: OwnedFiles | undefined,
): Suppression | undefined {
  if (owned === undefined) return undefined;
  return owned.suppression([id, ...statements.flatMap(({ advisory }) => [advisory.id, ...advisory.aliases])], one);
}

function compareFindings(a: VulnerabilityFinding, b: VulnerabilityFinding): number {
  return (
    compareText(a.package.type, b.package.type) ||
    compareText(a.package.namespace ?? '', b.package.namespace ?? '') ||
    compareText(a.package.name, b.package.name) ||
    compareText(a.package.version, b.package.version) ||
    compareText(a.package.location.path, b.package.location.path) ||
    compareText(a.package.location.within?.join('\0') ?? '', b.package.location.within?.join('\0') ?? '') ||
    compareText(a.id, b.id)
  );
}
