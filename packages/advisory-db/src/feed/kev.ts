import { problemText } from '@bulkhead/core';
import { z } from 'zod';

/** CISA's catalogue of known exploited vulnerabilities, as far as it is read. */
const Catalogue = z.object({
  dateReleased: z.string().max(64),
  vulnerabilities: z.array(z.unknown()).max(1_000_000),
});

const Day = z.iso.date();
const Entry = z.object({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,10}$/),
  dateAdded: Day,
  dueDate: Day.nullish(),
  knownRansomwareCampaignUse: z.string().nullish(),
});

export interface KevEntry {
  readonly cve: string;
  readonly dateAdded: string;
  readonly dueDate?: string;
  readonly ransomware: boolean;
}

export type KevReading =
  | { readonly ok: false; readonly reason: string }
  | {
      readonly ok: true;
      readonly released: string;
      readonly entries: readonly KevEntry[];
      readonly rejections: readonly { readonly record: string; readonly reason: string }[];
    };

/** Reads the catalogue. One entry that cannot be understood is named and does not cost the others. */
export function parseKev(text: string): KevReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { ok: false, reason: `it is no JSON: ${(error as Error).message}` };
  }
  const catalogue = Catalogue.safeParse(json);
  if (!catalogue.success) return { ok: false, reason: z.prettifyError(catalogue.error).replaceAll('\n', ' ') };

  const entries: KevEntry[] = [];
  const rejections: { record: string; reason: string }[] = [];
  for (const [index, raw] of catalogue.data.vulnerabilities.entries()) {
    const entry = Entry.safeParse(raw);
    if (entry.success) {
      const { cveID: cve, dateAdded, dueDate, knownRansomwareCampaignUse: use } = entry.data;
      entries.push({ cve, dateAdded, ...(dueDate != null && { dueDate }), ransomware: use === 'Known' });
    } else {
      const [issue] = entry.error.issues;
      const reason = (issue === undefined ? 'it does not fit' : problemText(issue)).slice(0, 300);
      rejections.push({ record: `vulnerabilities[${index}]`, reason });
    }
  }
  return { ok: true, released: catalogue.data.dateReleased, entries, rejections };
}
