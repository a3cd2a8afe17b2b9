import { orderVersions, parseVersion } from '@bulkhead/versions';
import type { AffectedPackage } from '../advisory/advisory.ts';
import type { AdvisorySource } from '../advisory/ports.ts';
import type { Suppression } from '../finding/finding.ts';
import type { LocatedPackage } from '../package/package.ts';
import type { Statement } from './build-finding.ts';
import type { Candidate } from './candidates.ts';
import { vulnerabilitiesOf } from './names.ts';
import { speaksOf } from './qualifiers.ts';
import { compiledRanges, type EpochForm } from './range.ts';

/** The minor release an RPM was built for: `…-5.el9_4.1`. */
interface Branch {
  readonly release: number;
  readonly minor: number;
}

/** A fix that the installed package has, in the branch it was built for. */
interface OwnFix {
  readonly advisory: string;
  readonly version: string;
}

const NO_FIXES: ReadonlyMap<string, readonly OwnFix[]> = new Map();

/**
 * Tells a fix that comes again from one that is missing. Distributions after RHEL fix a vulnerability in the minor
 * release that is current, and name it again in the erratum that brings the same fix to the next one. A package that has
 * the first fix is below the second, and not affected.
 *
 * One to a package: what its own branch has is read once, and only where something has to be explained.
 */
export class BranchFixes {
  readonly #one: LocatedPackage;
  readonly #source: AdvisorySource;
  readonly #own = new Map<string, ReadonlyMap<string, readonly OwnFix[]>>();

  constructor(one: LocatedPackage, source: AdvisorySource) {
    this.#one = one;
    this.#source = source;
  }

  /**
   * Why a finding does not count. Careful, since a vulnerability may also be named again because its first fix was not
   * enough: every erratum that holds the package to be affected must be of the very next minor release, there must be no
   * more of them than fixes in the package's own branch, and none of that branch may be missing. Builds of modules and of
   * the main line (`.el9`) do not say when they left it; for them the finding stands.
   */
  suppression(id: string, statements: readonly Statement[]): Suppression | undefined {
    if (this.#one.type !== 'rpm') return undefined;
    let own: readonly OwnFix[] | undefined;
    const later: string[] = [];
    for (const { candidate, advisory } of statements) {
      const fix = soleFix(candidate.affected);
      const [here, there] = [branchOf(candidate.how.comparedVersion), branchOf(fix ?? '')];
      if (here === undefined || there === undefined) return undefined;
      if (there.release !== here.release || there.minor !== here.minor + 1) return undefined;
      later.push(`${advisory.id} (${fix ?? ''})`);
      const found = this.#ownFixes(candidate, here).get(id) ?? [];
      if (own === undefined || found.length < own.length) own = found;
    }
    const [first] = own ?? [];
    if (own === undefined || first === undefined || new Set(later).size > own.length) return undefined;
    return {
      by: 'distribution',
      statement: [...own].map(({ advisory, version }) => `${advisory} (${version})`).join(', '),
      reason: `fixed in the branch of ${this.#one.version}; ${[...new Set(later)].join(', ')} is the same fix for the next minor release`,
    };
  }

  /** What was fixed at or below the compared version by errata of its branch, by vulnerability. */
  #ownFixes({ how, affected }: Candidate, here: Branch): ReadonlyMap<string, readonly OwnFix[]> {
    const key = `${affected.ecosystem}\0${how.matchedName}\0${how.comparedVersion}`;
    const known = this.#own.get(key);
    if (known !== undefined) return known;
    const installed = parseVersion('rpm', how.comparedVersion);
    if (!installed.ok) return NO_FIXES;
    const epochs: EpochForm = how.epochRule === 'ignored-on-both-sides' ? 'without' : 'with';
    const found = new Map<string, OwnFix[]>();
    for (const entry of this.#source.affecting(how.ecosystem, how.matchedName)) {
      const version = soleFix(entry);
      const branch = branchOf(version ?? '');
      if (version === undefined || branch?.release !== here.release || branch.minor !== here.minor) continue;
      const fix = compiledRanges(entry, 'rpm', epochs)[0]?.events.at(-1)?.version;
      if (fix === undefined || orderVersions(installed.version, fix) < 0 || !speaksOf(entry, this.#one)) continue;
      const advisory = this.#source.advisory(entry.advisory);
      if (advisory === undefined || advisory.withdrawn !== undefined || !advisory.security) continue;
      for (const id of vulnerabilitiesOf(advisory)) {
        const fixes = found.get(id) ?? [];
        if (fixes.every((one) => one.advisory !== advisory.id)) fixes.push({ advisory: advisory.id, version });
        found.set(id, fixes);
      }
    }
    this.#own.set(key, found);
    return found;
  }
}

/** Undefined for builds of modules, of the main line, and of others. */
function branchOf(version: string): Branch | undefined {
  if (version.includes('.module')) return undefined;
  const [, release, minor] = /\.el(\d{1,3})_(\d{1,3})(?:\.|$)/.exec(version) ?? [];
  return release === undefined || minor === undefined ? undefined : { release: Number(release), minor: Number(minor) };
}

/** The fix of an entry that says nothing but "everything below this". */
function soleFix({ ranges, versions, status }: AffectedPackage): string | undefined {
  const [first, last, ...more] = ranges.length === 1 ? (ranges[0]?.events ?? []) : [];
  if (first === undefined || last === undefined || more.length > 0) return undefined;
  if (versions.length > 0 || status !== undefined || !('introduced' in first) || first.introduced !== '0')
    return undefined;
  return 'fixed' in last ? last.fixed : undefined;
}
