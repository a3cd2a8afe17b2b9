import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatCount } from '@bulkhead/core';
import { type Finding, type Inventory, readFindings, readSbom } from '@bulkhead/scanner';
import { z } from 'zod';
import { obtain, refused } from '../api/ask.ts';
import { downloadFrom } from '../api/download.ts';
import { query } from '../api/query.ts';
import { type ApiPlace, notAnswered } from '../api/request-api.ts';
import type { Io } from '../io.ts';
import type { ScanCommandOptions } from '../scan/options.ts';
import { runScan, type Scanned } from '../scan/run-scan.ts';
import { writeReport } from '../scan/write-report.ts';
import { FAILURE, followScan } from './follow-scan.ts';
import { type KeptScan, placeName } from './kept-scan.ts';

export interface KeptScanOptions extends ApiPlace, Omit<ScanCommandOptions, 'scanners'> {
  readonly sbom?: string;
}

/** More pages than the findings of any machine have. */
const MAX_PAGES = 1_000;
const Page = z.object({ items: z.array(z.unknown()), next: z.string().optional() });

/**
 * Waits for a scan and reports what was found, as every scan does: as workers judged it, or by a database of this machine where
 * one is named or no worker is there.
 */
export function reportScan(
  scan: string,
  { api, tokenFile, ca, sbom, ...options }: KeptScanOptions,
  io: Io,
  { version, isJudgedHere }: { readonly version: string; readonly isJudgedHere: boolean },
): Promise<number> {
  const place: ApiPlace = { api, tokenFile, ...(ca !== undefined && { ca }) };
  return runScan({
    // An agent tells of packages alone.
    options: { ...options, scanners: ['vuln'] },
    io,
    version,
    mayBeJudged: !isJudgedHere,
    read: async (line) => {
      const kept = await followScan(scan, { place, io, line, isJudgedHere });
      const content = await sbomOf(scan, place, io);
      line.clear();
      if (sbom !== undefined) await writeReport([[content.toString()]], sbom, io);
      if (kept.scannedAt !== undefined) io.stderr.write(`note: as its agent found it at ${kept.scannedAt}\n`);
      const name = placeName(kept);
      const { inventory, format } = await readSbom(content, name);
      const subject = { kind: 'sbom', name, format } as const;
      const judged = isJudgedHere ? undefined : await judgedOf(kept, place, io);
      // What could not be judged of the SBOM is among the gaps of one that is done.
      const elsewhere = (kept.gaps ?? 0) - (kept.state === 'done' ? inventory.gaps.length : 0);
      return { subject, inventory: withGaps(inventory, elsewhere), ...(judged !== undefined && { judged }) };
    },
  });
}

/** Nothing where no worker judged it, which is said. */
async function judgedOf(
  { scan, state, advisories, waitsFor }: KeptScan,
  place: ApiPlace,
  io: Io,
): Promise<Scanned['judged']> {
  if (state === 'done') {
    const findings = await findingsOf(scan, place, io);
    return { findings, ...(advisories !== undefined && { database: advisories }) };
  }
  io.stderr.write(`note: judged here alone, since it waits for ${waitsFor ?? 'a worker'}\n`);
  return undefined;
}

async function findingsOf(scan: string, place: ApiPlace, io: Io): Promise<readonly Finding[]> {
  const items: unknown[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const path = `/api/v1/scans/${encodeURIComponent(scan)}/findings${query({ limit: '100', after })}`;
    const page = await obtain(place, { method: 'GET', path, failure: FAILURE }, Page, io);
    items.push(...page.items);
    after = page.next;
    if (after === undefined) break;
  }
  const findings = await readFindings(items);
  if (findings === undefined || after !== undefined) {
    throw notAnswered(place.api, FAILURE, 'its answer is not that of an api of Bulkhead');
  }
  return findings;
}

/** What could not be looked at is not in an SBOM; without it a scan would pass for a whole one. */
function withGaps(inventory: Inventory, gaps: number): Inventory {
  if (gaps <= 0) return inventory;
  const message = `not all of it could be looked at and judged: ${formatCount(gaps, 'gap')}`;
  return { ...inventory, gaps: [...inventory.gaps, { code: 'unreadable', message }] };
}

async function sbomOf(scan: string, place: ApiPlace, { signal }: Io): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-scan-'));
  const path = `/api/v1/scans/${encodeURIComponent(scan)}/sbom`;
  const name = join(folder, 'sbom.json');
  try {
    await using file = await open(name, 'wx', 0o600);
    const outcome = await downloadFrom(place, { path, failure: FAILURE, signal }, file);
    if (outcome.kind === 'refused') throw refused(outcome.answer, place.api, FAILURE);
    return await readFile(name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
