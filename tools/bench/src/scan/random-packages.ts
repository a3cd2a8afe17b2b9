import type { LocatedPackage } from '@bulkhead/scanner';
import type { Random } from '../capture/random.ts';

export interface KnownPackage {
  readonly name: string;
  /** Versions at which an advisory was fixed, oldest first. */
  readonly versions: readonly string[];
}

/** Two of three packages of an installation are named in no advisory. */
const QUIET_OF = 3;
/** One of so many packages that advisories name has not been updated since some fix. */
const OLD_OF = 25;

/** The packages of an AlmaLinux image: most without any advisory, most of the others at their last fix. */
export function randomPackages(
  count: number,
  known: readonly KnownPackage[],
  random: Random,
): readonly LocatedPackage[] {
  return Array.from({ length: count }, (_, index): LocatedPackage => {
    const common = { type: 'rpm', arch: 'x86_64', vendor: 'AlmaLinux', reader: 'rpm' } as const;
    const location = { path: 'var/lib/rpm/rpmdb.sqlite' };
    const one = index % QUIET_OF === 0 ? known[random.below(known.length)] : undefined;
    if (one === undefined) {
      return { ...common, name: `quiet-${random.below(1000)}`, version: `1.${random.below(50)}.0-1.el9`, location };
    }
    const { name, versions } = one;
    const old = random.below(OLD_OF) === 0;
    return {
      ...common,
      name,
      version: (old ? versions[random.below(versions.length)] : versions.at(-1)) ?? '1-1',
      location,
    };
  });
}
