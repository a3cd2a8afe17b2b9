import type { Advisory } from '../advisory/advisory.ts';

/** Feeds of distributions, where an advisory that names several CVEs is about several vulnerabilities. */
const LANGUAGE_SOURCES = /^(?:GHSA|GO|PYSEC|RUSTSEC|OSV|MAL|HSEC|RSEC|JLSEC|EEF|DRUPAL|PSF|SNYK|GSD|CURL|BIT|OESS)-/;

/**
 * The vulnerabilities an advisory is about, each by the name people know: its CVEs, one each for a distribution's
 * erratum, one for a language's advisory (whose several names mean the same); its own id where it has none.
 */
export function vulnerabilitiesOf({ id, aliases }: Advisory): readonly string[] {
  if (id.startsWith('CVE-')) return [id];
  const cves = aliases.filter(isCve);
  const [first] = cves;
  if (first === undefined) return [id];
  return LANGUAGE_SOURCES.test(id) ? [first] : cves;
}

export function isCve(name: string): boolean {
  return name.startsWith('CVE-');
}
