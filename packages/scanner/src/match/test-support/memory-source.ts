import type { Advisory, AffectedPackage } from '../../advisory/advisory.ts';
import type { AdvisorySource } from '../../advisory/ports.ts';
import type { LocatedPackage } from '../../package/package.ts';

export interface MemorySourceParts {
  readonly advisories: readonly Advisory[];
  readonly affected: readonly AffectedPackage[];
  readonly epss?: Readonly<Record<string, number>>;
  readonly exploited?: readonly string[];
}

/** Advisories in memory, by the port's rules. */
export function memorySource({ advisories, affected, epss = {}, exploited = [] }: MemorySourceParts): AdvisorySource {
  const byPackage = new Map<string, AffectedPackage[]>();
  const byId = new Map(advisories.map((one) => [one.id, one]));
  for (const one of affected) {
    const key = `${one.ecosystem}\0${one.name}`;
    const known = byPackage.get(key);
    if (known === undefined) byPackage.set(key, [one]);
    else known.push(one);
  }
  return {
    affecting: (ecosystem, name) => byPackage.get(`${ecosystem}\0${name}`) ?? [],
    advisory: (id) => byId.get(id),
    epss(cve) {
      const probability = epss[cve];
      return probability === undefined ? undefined : { probability, percentile: probability, date: '2026-11-25' };
    },
    kev: (cve) => (exploited.includes(cve) ? { dateAdded: '2026-01-02', ransomware: true } : undefined),
    ecosystems: new Set(affected.map((one) => one.ecosystem)),
  };
}

/** An advisory about one range of one package: what most cases need. */
export function advisoryAbout(
  id: string,
  affected: Partial<AffectedPackage> & Pick<AffectedPackage, 'ecosystem' | 'name'>,
  over: Partial<Advisory> = {},
): MemorySourceParts {
  return {
    advisories: [
      {
        id,
        source: 'Test',
        aliases: [],
        summary: `${id} in ${affected.name}`,
        modified: '2026-01-01T00:00:00Z',
        severity: 'high',
        cvss: [],
        cwes: [],
        references: [],
        security: true,
        ...over,
      },
    ],
    affected: [{ advisory: id, ranges: [], versions: [], ...affected }],
  };
}

export function together(...parts: readonly MemorySourceParts[]): MemorySourceParts {
  return {
    advisories: parts.flatMap((part) => part.advisories),
    affected: parts.flatMap((part) => part.affected),
    epss: Object.assign({}, ...parts.map((part) => part.epss)),
    exploited: parts.flatMap((part) => part.exploited ?? []),
  };
}

export function fixedIn(...versions: readonly string[]): AffectedPackage['ranges'] {
  return versions.map((fixed) => ({ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }));
}

export function located(one: Omit<LocatedPackage, 'reader' | 'location'> & Partial<LocatedPackage>): LocatedPackage {
  return { reader: 'test', location: { path: 'somewhere' }, ...one };
}
