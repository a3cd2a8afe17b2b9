import type { DatabaseJudge } from '@bulkhead/advisory-db';
import { readSbom } from '@bulkhead/scanner';
import type { JudgedNodeScan } from '@bulkhead/store';

/** Judges an SBOM as an agent wrote it. Rejects with `INVALID_SBOM` for what is none. */
export async function judgeSbom(
  sbom: Uint8Array,
  scan: string,
  judge: DatabaseJudge,
): Promise<{ readonly judged: JudgedNodeScan; readonly packages: number }> {
  const { inventory } = await readSbom(Buffer.from(sbom.buffer, sbom.byteOffset, sbom.byteLength), scan);
  const { gaps, ...judgement } = judge.judge(inventory);
  const judged = { ...judgement, status: judge.status, gaps: inventory.gaps.length + gaps.length };
  return { judged, packages: inventory.packages.length };
}
