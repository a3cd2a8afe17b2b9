import type { VersionScheme } from '@bulkhead/versions';
import type { Package, PackageType } from '../package/package.ts';

/** Where advisories about packages of a type are looked up: the ecosystem's name in OSV and how its versions order. */
export interface LanguageEcosystem {
  readonly ecosystem: string;
  readonly scheme: VersionScheme;
}

const ECOSYSTEMS: Partial<Record<PackageType, LanguageEcosystem>> = {
  cargo: { ecosystem: 'crates.io', scheme: 'semver' },
  composer: { ecosystem: 'Packagist', scheme: 'composer' },
  conan: { ecosystem: 'ConanCenter', scheme: 'semver' },
  gem: { ecosystem: 'RubyGems', scheme: 'gem' },
  golang: { ecosystem: 'Go', scheme: 'go' },
  hex: { ecosystem: 'Hex', scheme: 'semver' },
  maven: { ecosystem: 'Maven', scheme: 'maven' },
  npm: { ecosystem: 'npm', scheme: 'semver' },
  nuget: { ecosystem: 'NuGet', scheme: 'nuget' },
  pub: { ecosystem: 'Pub', scheme: 'pub' },
  pypi: { ecosystem: 'PyPI', scheme: 'pep440' },
  swift: { ecosystem: 'SwiftURL', scheme: 'semver' },
};

/** Undefined for types that no ecosystem of OSV speaks of, and for packages of distributions. */
export function languageEcosystem(type: PackageType): LanguageEcosystem | undefined {
  return ECOSYSTEMS[type];
}

/** The package's name as its ecosystem's advisories write it: `@scope/name`, `group:artifact`, PEP 503's one spelling. */
export function advisoryName({ type, namespace, name }: Package): string {
  const full = namespace === undefined ? name : `${namespace}${type === 'maven' ? ':' : '/'}${name}`;
  switch (type) {
    case 'pypi':
      return full.toLowerCase().replace(/[-_.]+/g, '-');
    case 'nuget':
    case 'composer':
    case 'hex':
      return full.toLowerCase();
    case 'swift':
      return full.replace(/^https?:\/\//, '').replace(/\.git$/, '');
    default:
      return full;
  }
}

/** A gem built for one platform has the platform behind its version, where a dash would mean a pre-release. */
const GEM_PLATFORM =
  /-(?:java|jruby|ruby|mswin\d*|mingw\d*|x64|x86|x86_64|i[3-6]86|aarch64|arm|arm64|armv\d\w*|universal|powerpc|ppc64le|s390x|riscv64)(?:-.*)?$/;

/** The version as the ecosystem's advisories write it. */
export function advisoryVersion({ type, version }: Package): string {
  if (type === 'gem') return version.replace(GEM_PLATFORM, '');
  // A toolchain built with experiments: "go1.22.3 X:nocoverageredesign".
  if (type === 'golang') return version.split(' ', 1)[0] ?? version;
  return version;
}
