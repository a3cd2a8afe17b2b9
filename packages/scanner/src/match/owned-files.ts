import type { AdvisorySource } from '../advisory/ports.ts';
import type { Suppression } from '../finding/finding.ts';
import type { Inventory } from '../image/inventory.ts';
import type { LocatedPackage } from '../package/package.ts';
import { distributionCandidates } from './candidates.ts';
import type { DistributionEcosystem } from './distribution-ecosystem.ts';
import { vulnerabilitiesOf } from './names.ts';

/** What the distribution says about a vulnerability of one of its packages. */
interface Word {
  readonly outcome: 'affected' | 'not-affected';
  readonly advisory: string;
}

/**
 * Answers for files that a package of the distribution brought: there the distribution's word about a vulnerability
 * counts, since its fixes do not raise the upstream version. Where it says nothing, the upstream advisory stands.
 */
export class OwnedFiles {
  readonly #ownerByPath: Inventory['ownerByPath'];
  readonly #packages = new Map<string, LocatedPackage>();
  readonly #ecosystem: DistributionEcosystem;
  readonly #source: AdvisorySource;
  readonly #words = new Map<LocatedPackage, ReadonlyMap<string, Word>>();

  constructor(
    inventory: Pick<Inventory, 'ownerByPath' | 'packages'>,
    to: DistributionEcosystem,
    source: AdvisorySource,
  ) {
    this.#ownerByPath = inventory.ownerByPath;
    this.#ecosystem = to;
    this.#source = source;
    if (inventory.ownerByPath.size === 0) return;
    for (const one of inventory.packages) if (one.type === to.type) this.#packages.set(one.name, one);
  }

  /** Why an upstream finding does not count: `names` are the vulnerability's, `one` the language package it was found in. */
  suppression(names: readonly string[], one: LocatedPackage): Suppression | undefined {
    const owner = this.#ownerByPath.get(one.location.path);
    const owning = owner?.type === this.#ecosystem.type ? this.#packages.get(owner.name) : undefined;
    if (owning === undefined) return undefined;
    const words = this.#wordsAbout(owning);
    const word = names.map((name) => words.get(name)).find((found) => found !== undefined);
    if (word === undefined) return undefined;
    return {
      by: 'distribution',
      statement: `${owning.type} package ${owning.name} ${owning.version}: ${word.advisory}`,
      reason:
        word.outcome === 'affected'
          ? `reported for the package ${owning.name}, which brought ${one.location.path}`
          : `the distribution holds ${owning.name} ${owning.version}, which brought ${one.location.path}, as not affected`,
    };
  }

  #wordsAbout(owning: LocatedPackage): ReadonlyMap<string, Word> {
    const known = this.#words.get(owning);
    if (known !== undefined) return known;
    const words = new Map<string, Word>();
    for (const { affected, verdict } of distributionCandidates(owning, this.#ecosystem, this.#source, 'all')) {
      if (verdict.outcome === 'unknown') continue;
      const advisory = this.#source.advisory(affected.advisory);
      if (advisory === undefined || advisory.withdrawn !== undefined) continue;
      if (verdict.outcome === 'affected' && !advisory.security) continue;
      for (const name of new Set([...vulnerabilitiesOf(advisory), ...advisory.aliases])) {
        if (words.get(name)?.outcome !== 'affected')
          words.set(name, { outcome: verdict.outcome, advisory: advisory.id });
      }
    }
    this.#words.set(owning, words);
    return words;
  }
}
