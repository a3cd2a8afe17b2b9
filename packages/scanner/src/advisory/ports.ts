import type { Advisory, AffectedPackage } from './advisory.ts';

/** A database of advisories, as matching reads it. Synchronous: a look-up is microseconds and there are thousands. */
export interface AdvisorySource {
  /** Everything published about one package of one ecosystem. */
  affecting(ecosystem: string, name: string): readonly AffectedPackage[];
  advisory(id: string): Advisory | undefined;
  /** Exploit prediction of a CVE: probability and percentile, both 0 to 1. */
  epss(cve: string): { readonly probability: number; readonly percentile: number; readonly date: string } | undefined;
  /** The CVE's entry in CISA's catalogue of known exploited vulnerabilities. */
  kev(cve: string): { readonly dateAdded: string; readonly dueDate?: string; readonly ransomware: boolean } | undefined;
  /** Ecosystems that hold at least one advisory: a package of another one was not looked up, which is a gap. */
  readonly ecosystems: ReadonlySet<string>;
}
