/** Licences of feeds as their publishers state them; SPDX identifiers where there is one. */
const LICENCES: Readonly<Record<string, string>> = {
  AlmaLinux: 'MIT',
  Alpine: 'not stated',
  'Azure Linux': 'MIT',
  Bitnami: 'Apache-2.0',
  CRAN: 'Apache-2.0',
  Chainguard: 'restricted: see packages.cgr.dev',
  Debian: 'not stated',
  EPSS: 'free to use; cite FIRST',
  'GitHub Actions': 'CC-BY-4.0',
  Go: 'CC-BY-4.0',
  Hackage: 'CC0-1.0',
  Hex: 'CC-BY-4.0',
  KEV: 'CC0-1.0',
  Maven: 'CC-BY-4.0',
  NuGet: 'CC-BY-4.0',
  'OSS-Fuzz': 'CC-BY-4.0',
  Packagist: 'CC-BY-4.0',
  Pub: 'CC-BY-4.0',
  PyPI: 'CC-BY-4.0',
  'Red Hat': 'CC-BY-4.0',
  'Rocky Linux': 'BSD-3-Clause',
  RubyGems: 'CC-BY-4.0',
  SwiftURL: 'CC-BY-4.0',
  Ubuntu: 'CC-BY-SA-4.0',
  Wolfi: 'restricted: see packages.cgr.dev',
  'crates.io': 'CC0-1.0',
  npm: 'CC-BY-4.0',
};

/** The licence of a feed's data, recorded so that whoever passes a database on knows what they pass on. */
export function licenceOf(source: string): string {
  return LICENCES[source] ?? 'unknown';
}
