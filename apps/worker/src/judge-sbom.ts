import type { DatabaseJudge } from '@bulkhead/advisory-db';
import { CodedError } from '@bulkhead/core';
import { readSbom } from '@bulkhead/scanner';
import type { JudgedNodeScan } from '@bulkhead/store';
import { WorkerError } from './error.ts';

/** Ten times those of a large machine. Judging holds the process up, and each package is a key in the store. */
export const MAX_PACKAGES = 100_000;

/** What an SBOM is, and will be at the next try. */
const OF_THE_SBOM: ReadonlySet<string> = new Set(['INVALID_SBOM', 'TOO_MANY_PACKAGES', 'TOO_MANY_FINDINGS']);

/** Whether it is the SBOM that cannot be judged, whoever tries. */
export function isOfTheSbom(error: unknown): boolean {
  return OF_THE_SBOM.has(codeOf(error));
}

export function codeOf(error: unknown): string {
  return error instanceof CodedError ? (error as CodedError<string>).code : 'INTERNAL';
}

/**
 * Judges an SBOM as an agent wrote it. Rejects with `INVALID_SBOM` for what is none, with `TOO_MANY_PACKAGES` and
 * `TOO_MANY_FINDINGS` for what no machine has.
 */
export async function judgeSbom(
  sbom: Uint8Array,
  scan: string,
  judge: DatabaseJudge,
): Promise<{ readonly judged: JudgedNodeScan; readonly packages: number }> {
  const { inventory } = await readSbom(Buffer.from(sbom.buffer, sbom.byteOffset, sbom.byteLength), scan);
  const packages = inventory.packages.length;
  if (packages > MAX_PACKAGES) {
    throw new WorkerError('TOO_MANY_PACKAGES', {
      what: `the SBOM of the scan ${scan} is not judged`,
      why: `it has ${packages} packages, and at most ${MAX_PACKAGES} are taken`,
    });
  }
  const { gaps, ...judgement } = judge.judge(inventory);
  const judged = { ...judgement, status: judge.status, gaps: inventory.gaps.length + gaps.length };
  return { judged, packages };
}
