import { parseVersion, type VersionReading, type VersionScheme } from '@bulkhead/versions';
import type { AffectedPackage } from '../advisory/advisory.ts';
import type { AdvisorySource } from '../advisory/ports.ts';
import type { MatchExplanation } from '../finding/finding.ts';
import type { Package } from '../package/package.ts';
import { isBeyond } from './ceiling.ts';
import type { DistributionEcosystem } from './distribution-ecosystem.ts';
import { advisoryName, advisoryVersion, type LanguageEcosystem } from './language-ecosystem.ts';
import { speaksOf } from './qualifiers.ts';
import { type EpochForm, evaluateAffected, type RangeVerdict, withoutEpoch } from './range.ts';

/** One affected entry that speaks of a package, what it says, and how the two were compared. */
export interface Candidate {
  readonly affected: AffectedPackage;
  readonly verdict: RangeVerdict;
  readonly how: Omit<MatchExplanation, 'range' | 'installedVersion'>;
}

/** A name and version under which a package is looked up. */
interface Question {
  readonly name: string;
  readonly version: string;
  readonly by: 'source' | 'binary';
  readonly epochs: EpochForm;
  readonly epochRule?: MatchExplanation['epochRule'];
}

/** `affected` leaves out what is not affected, which is most of it; `all` is for who asks what a distribution says. */
export type Wanted = 'affected' | 'all';

/** What advisories hold against a package of a language, or could not compare with it. */
export function languageCandidates(
  one: Package,
  { ecosystem, scheme }: LanguageEcosystem,
  source: AdvisorySource,
): Candidate[] {
  const question: Question = { name: advisoryName(one), version: advisoryVersion(one), by: 'binary', epochs: 'with' };
  return ask(question, ecosystem, scheme, one, source, 'affected');
}

/** What a distribution's advisories say about one of its packages, by the names they use. */
export function distributionCandidates(
  one: Package,
  to: DistributionEcosystem,
  source: AdvisorySource,
  wanted: Wanted,
): Candidate[] {
  const found: Candidate[] = [];
  for (const question of questionsAbout(one, to)) {
    for (const ecosystem of to.ecosystems) found.push(...ask(question, ecosystem, to.scheme, one, source, wanted));
  }
  return found;
}

function questionsAbout(one: Package, { names, scheme }: DistributionEcosystem): readonly Question[] {
  const binary: Question = {
    name: one.name,
    version: one.version,
    by: 'binary',
    epochs: 'with',
    ...missingEpoch(scheme, one),
  };
  if (names === 'binary' || one.source === undefined) return [binary];
  const built = sourceQuestion(one, one.source, scheme);
  return names === 'source' || built.name === binary.name ? [built] : [binary, built];
}

function sourceQuestion(one: Package, source: NonNullable<Package['source']>, scheme: VersionScheme): Question {
  const version = source.version ?? one.version;
  if (scheme !== 'rpm') return { name: source.name, version, by: 'source', epochs: 'with' };
  // The binary of the source's own name and version has the source's epoch.
  if (source.name === one.name && withoutEpoch(version) === withoutEpoch(one.version)) {
    return { name: source.name, version: one.version, by: 'source', epochs: 'with', ...missingEpoch(scheme, one) };
  }
  // The name of a source package carries no epoch, and the binary's may be another: perl-Errno 0:1.28 from perl 4:5.26.3.
  return {
    name: source.name,
    version: withoutEpoch(version),
    by: 'source',
    epochs: 'without',
    epochRule: 'ignored-on-both-sides',
  };
}

function missingEpoch(scheme: VersionScheme, { version }: Package): Pick<Question, 'epochRule'> {
  return scheme === 'rpm' && !/^[0-9]+:/.test(version) ? { epochRule: 'missing-is-zero' } : {};
}

function ask(
  { name, version, by, epochs, epochRule }: Question,
  ecosystem: string,
  scheme: VersionScheme,
  one: Package,
  source: AdvisorySource,
  wanted: Wanted,
): Candidate[] {
  const entries = source.affecting(ecosystem, name);
  if (entries.length === 0) return [];
  const found: Candidate[] = [];
  const installed: VersionReading = parseVersion(scheme, version);
  if (wanted === 'affected' && installed.ok && isBeyond(entries, scheme, installed.version, epochs)) return [];
  for (const affected of entries) {
    if (!speaksOf(affected, one)) continue;
    const verdict = judge(affected, scheme, version, installed, epochs);
    if (verdict.outcome === 'not-affected' && wanted === 'affected') continue;
    const how = { matchedName: name, by, comparedVersion: version, scheme, ecosystem, ...(epochRule && { epochRule }) };
    found.push({ affected, verdict, how });
  }
  return found;
}

function judge(
  affected: AffectedPackage,
  scheme: VersionScheme,
  version: string,
  installed: VersionReading,
  epochs: EpochForm,
): RangeVerdict {
  if (affected.status === 'not-affected') return { outcome: 'not-affected' };
  if (affected.ranges.length === 0 && affected.versions.length === 0) {
    // A feed's word that no fix will come, without a range, is about every version.
    return { outcome: 'affected', range: 'every version', fixedVersions: [] };
  }
  return evaluateAffected(affected, scheme, version, installed, epochs);
}
