import type { Advisory } from '@bulkhead/scanner';
import type { OsvRecord } from './osv-schema.ts';
import { scoredVectors, severityOf } from './severity.ts';

const MAX_TITLE_LENGTH = 300;
/** What a report lists; the advisory's own page has the rest. */
const MAX_REFERENCES = 50;
const MAX_REFERENCE_LENGTH = 2048;

/** Errata of AlmaLinux that fix bugs (ALBA) or add something (ALEA), and their like at Rocky Linux and Red Hat. */
const NOT_SECURITY = /^(?:AL|RL|RH|RX)[BE]A-/;

/** What matching and reports need of a record. */
export function reduceAdvisory(source: string, record: OsvRecord): Advisory {
  const cvss = scoredVectors(record);
  const aliases = aliasesOf(source, record);
  return {
    id: record.id,
    source,
    aliases,
    summary: titleOf(record),
    ...(isKnown(record.published) && { published: record.published }),
    modified: record.modified,
    severity: severityOf(record, cvss),
    cvss,
    cwes: cwesOf(record),
    references: referencesOf(record),
    // A few name a CVE all the same: ALBA-2021:4604 is the fix of one that is exploited.
    security: !NOT_SECURITY.test(record.id) || aliases.some(isCve),
  };
}

/** Go's feed writes year 1 where it has no time. */
function isKnown(time: string | null | undefined): time is string {
  return time != null && !time.startsWith('0001-');
}

/**
 * The other names of the vulnerability, CVEs first. Since schema 1.7 records of distributions name them in `upstream`;
 * AlmaLinux has them in `related`, which elsewhere means other vulnerabilities.
 */
function aliasesOf(source: string, { id, aliases, upstream, related }: OsvRecord): readonly string[] {
  const names = new Set([...(aliases ?? []), ...(upstream ?? []), ...(source === 'AlmaLinux' ? (related ?? []) : [])]);
  names.delete(id);
  return [...names].toSorted((a, b) => Number(isCve(b)) - Number(isCve(a)) || (a < b ? -1 : 1));
}

function isCve(name: string): boolean {
  return name.startsWith('CVE-');
}

function titleOf({ id, summary, details }: OsvRecord): string {
  const text = summary?.trim() || details?.trim() || id;
  const line =
    text
      .slice(0, MAX_TITLE_LENGTH * 4)
      .split('\n', 1)[0]
      ?.trim() ?? id;
  return line.length <= MAX_TITLE_LENGTH ? line : `${line.slice(0, MAX_TITLE_LENGTH - 1)}…`;
}

function cwesOf({ database_specific: specific }: OsvRecord): readonly string[] {
  const ids = specific?.['cwe_ids'];
  return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string' && /^CWE-\d{1,6}$/.test(id)) : [];
}

/** Only what a reader can follow without harm: a report may turn these into links. */
function referencesOf({ references }: OsvRecord): readonly string[] {
  const urls = (references ?? [])
    .map(({ url }) => url)
    .filter((url) => /^https?:\/\/[^\s"'<>]+$/.test(url) && url.length <= MAX_REFERENCE_LENGTH);
  return [...new Set(urls)].slice(0, MAX_REFERENCES);
}
