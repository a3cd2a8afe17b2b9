import { EXIT_FAILURE } from '../exit-code.ts';
import type { Io } from '../io.ts';
import { askAction } from './act.ts';
import { type KeptScanOptions, reportScan } from './report-scan.ts';

export interface WorkloadScanOptions extends KeptScanOptions {
  readonly node: boolean;
}

/** Has an agent look into a container or its node, waits for it, and reports what was found, as every other scan. */
export async function scanWorkload(
  id: string,
  { node, ...options }: WorkloadScanOptions,
  io: Io,
  how: { readonly version: string; readonly isJudgedHere: boolean },
): Promise<number> {
  const { api, tokenFile, ca } = options;
  const place = { api, tokenFile, ...(ca !== undefined && { ca }) };
  const path = `/api/v1/${node ? 'agents' : 'workloads'}/${encodeURIComponent(id)}/actions`;
  const begun = await askAction(path, { kind: 'scan' }, place, io);
  return begun?.scan === undefined ? EXIT_FAILURE : reportScan(begun.scan, options, io, how);
}
