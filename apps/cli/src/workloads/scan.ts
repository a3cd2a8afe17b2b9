import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatCount } from '@bulkhead/core';
import { type Inventory, readSbom } from '@bulkhead/scanner';
import { z } from 'zod';
import { ask } from '../api/ask.ts';
import { downloadFrom } from '../api/download.ts';
import { type ApiPlace, notAnswered, refusalOf } from '../api/request-api.ts';
import { CliError } from '../error.ts';
import { EXIT_FAILURE } from '../exit-code.ts';
import type { Io } from '../io.ts';
import type { ScanCommandOptions } from '../scan/options.ts';
import { runScan } from '../scan/run-scan.ts';
import { writeReport } from '../scan/write-report.ts';
import { askAction } from './act.ts';

export interface WorkloadScanOptions extends ApiPlace, Omit<ScanCommandOptions, 'scanners'> {
  readonly node: boolean;
  readonly sbom?: string;
}

const Told = z.object({
  scan: z.string().optional(),
  gaps: z.int().optional(),
  problem: z.string().optional(),
});
const Events = z.object({
  items: z.array(z.object({ id: z.number(), document: Told })),
});

const FAILURE = 'cannot scan it';
/** An agent gives up after ten minutes; what it told may wait for the api for some more. */
const PATIENCE_MS = 15 * 60_000;
const LOOK_MS = 1_000;

/** Has an agent look into a container or its node, waits for it, and judges what it found as every other scan. */
export async function scanWorkload(
  id: string,
  { api, tokenFile, ca, node, sbom, ...options }: WorkloadScanOptions,
  io: Io,
  version: string,
): Promise<number> {
  const place: ApiPlace = { api, tokenFile, ...(ca !== undefined && { ca }) };
  const path = `/api/v1/${node ? 'agents' : 'workloads'}/${encodeURIComponent(id)}/actions`;
  const begun = await askAction(path, { kind: 'scan' }, place, io);
  if (begun?.scan === undefined) return EXIT_FAILURE;
  const { scan } = begun;
  return runScan({
    // An agent tells of packages alone.
    options: { ...options, scanners: ['vuln'] },
    io,
    version,
    read: async (line) => {
      line.show({ what: node ? 'the agent reads its node' : 'the agent reads the container' });
      const { event, gaps } = await written(scan, place, io);
      const content = await sbomOf(event, place, io);
      line.clear();
      if (sbom !== undefined) await writeReport([[content.toString()]], sbom, io);
      const { inventory, format } = await readSbom(content, id);
      return { subject: { kind: 'sbom', name: id, format }, inventory: withGaps(inventory, gaps) };
    },
  });
}

/** What could not be looked at is not in an SBOM; without it a scan would pass for a whole one. */
function withGaps(inventory: Inventory, gaps: number): Inventory {
  if (gaps === 0) return inventory;
  const message = `the agent could not look at all of it: ${formatCount(gaps, 'gap')}`;
  return { ...inventory, gaps: [...inventory.gaps, { code: 'unreadable', message }] };
}

interface Written {
  /** The id of the event that tells of it. */
  readonly event: number;
  readonly gaps: number;
}

/** Waits for the event that tells of the end of a scan. Throws where it failed, or none comes. */
async function written(scan: string, place: ApiPlace, io: Io): Promise<Written> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    for (const kind of ['scan-written', 'scan-failed']) {
      const path = `/api/v1/events?kind=${kind}&limit=100`;
      const found = await ask(place, { method: 'GET', path, failure: FAILURE }, Events, io);
      if (found === undefined) throw notAnswered(place.api, FAILURE, 'the token may not read events');
      const event = found.items.find(({ document }) => document.scan === scan);
      if (event !== undefined && kind === 'scan-written') {
        return { event: event.id, gaps: event.document.gaps ?? 0 };
      }
      if (event !== undefined) throw notScanned(event.document.problem ?? 'its agent does not say');
    }
    if (performance.now() > until) throw notScanned('its agent has not told of the end of the scan');
    await sleep(LOOK_MS, undefined, { signal: io.signal });
  }
}

async function sbomOf(event: number, place: ApiPlace, { signal }: Io): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), 'bulkhead-scan-'));
  const name = join(folder, 'sbom.json');
  try {
    await using file = await open(name, 'wx', 0o600);
    const outcome = await downloadFrom(place, { path: `/api/v1/events/${event}/sbom`, failure: FAILURE, signal }, file);
    if (outcome.kind === 'refused') throw notScanned(refusalOf(outcome.answer, place.api, FAILURE).join('; '));
    return await readFile(name);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function notScanned(why: string): CliError {
  return new CliError('NOT_APPLIED', { what: FAILURE, why, fix: 'ask again' });
}
