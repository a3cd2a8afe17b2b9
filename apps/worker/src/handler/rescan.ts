import type { DatabaseJudge } from '@bulkhead/advisory-db';
import { type Clock, errorText } from '@bulkhead/core';
import type { JobHandler, RescanJob } from '@bulkhead/queue';
import { type PackageKey, type RescanPorts, rescan, rescanLine } from '@bulkhead/scanner';
import type { NodeScanStore } from '@bulkhead/store';
import type { Emit } from '../event.ts';
import { codeOf, isOfTheSbom, judgeSbom } from '../judge-sbom.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { isPermanent } from '../permanent.ts';

export interface RejudgePorts {
  readonly nodeScans: Pick<NodeScanStore, 'affectedBy' | 'rejudge'>;
  readonly judge: DatabaseJudge;
  readonly clock: Clock;
}

/**
 * Judges the images again that an update can affect, and reports the difference only; likewise what agents found in containers
 * and on nodes. What nobody can judge keeps what was found before, and none of the others from theirs.
 */
export function rescanHandler(
  ports: RescanPorts & RejudgePorts,
  metrics: WorkerMetrics,
  emit: Emit,
): JobHandler<RescanJob> {
  return async ({ keys }, { key, signal, progress }) => {
    const onUnjudged = (digest: string, error: unknown): void => {
      emit({ event: 'image-not-judged', digest, ...whyUnjudged(error) });
    };
    const report = await rescan({ id: key, keys }, ports, { signal, onProgress: progress, onUnjudged });
    const nodeScans = await rejudgeNodeScans(keys, ports, emit, signal);
    metrics.countRescan(report.candidates, report.newlyAffected.length, report.noLongerAffected.length);
    emit({ event: 'images-rejudged', summary: rescanLine(report), nodeScans, ...report });
  };
}

/** Gives how many were judged again. */
async function rejudgeNodeScans(
  keys: readonly PackageKey[],
  { nodeScans, judge, clock }: RejudgePorts,
  emit: Emit,
  signal: AbortSignal,
): Promise<number> {
  let count = 0;
  for (const scan of await nodeScans.affectedBy(keys)) {
    signal.throwIfAborted();
    const at = new Date(clock.now()).toISOString();
    try {
      await nodeScans.rejudge(scan, at, async (sbom) => (await judgeSbom(sbom, scan, judge)).judged);
      count += 1;
    } catch (error) {
      emit({ event: 'scan-not-matched', scan, ...whyUnjudged(error) });
    }
  }
  return count;
}

/** What another try may mend is thrown: it ends the rescan, which is tried again. */
function whyUnjudged(error: unknown): { readonly code: string; readonly problem: string } {
  if (!isOfTheSbom(error) && !isPermanent(error)) throw error;
  return { code: codeOf(error), problem: errorText(error) };
}
