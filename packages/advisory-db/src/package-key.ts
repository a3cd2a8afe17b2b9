/** What a row is found by: the ecosystem as the feed writes it, and the package's name in its one spelling. */
export interface PackageKey {
  readonly ecosystem: string;
  readonly package: string;
}

/**
 * The one spelling of a package's name. Some registries take several spellings for the same package: PyPI by PEP 503,
 * NuGet, Packagist and Hex in any case. Everywhere else a name is what it is.
 */
export function packageKey(ecosystem: string, name: string): string {
  switch (ecosystem) {
    case 'PyPI':
      return name.toLowerCase().replace(/[-_.]+/g, '-');
    case 'NuGet':
    case 'Packagist':
    case 'Hex':
    case 'GitHub Actions':
      return name.toLowerCase();
    default:
      return name;
  }
}
