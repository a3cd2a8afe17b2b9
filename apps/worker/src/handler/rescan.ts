import type { JobHandler, RescanJob } from '@bulkhead/queue';
import { type PackageKey, type RescanPorts, rescan, rescanLine } from '@bulkhead/scanner';
import type { Emit } from '../event.ts';
import { judgeSbom } from '../judge-sbom.ts';
import type { WorkerMetrics } from '../metrics.ts';
import type { MatchPorts } from './match-scan.ts';

/**
 * Judges the images again that an update can affect, and reports the difference only; likewise what agents found in containers
 * and on nodes.
 */
export function rescanHandler(
  ports: RescanPorts & MatchPorts,
  metrics: WorkerMetrics,
  emit: Emit,
): JobHandler<RescanJob> {
  return async ({ keys }, { key, signal, progress }) => {
    const report = await rescan({ id: key, keys }, ports, { signal, onProgress: progress });
    const nodeScans = await rejudgeNodeScans(keys, ports, signal);
    metrics.countRescan(report.candidates, report.newlyAffected.length, report.noLongerAffected.length);
    emit({ event: 'images-rejudged', summary: rescanLine(report), nodeScans, ...report });
  };
}

async function rejudgeNodeScans(
  keys: readonly PackageKey[],
  { nodeScans, judge, clock }: MatchPorts,
  signal: AbortSignal,
): Promise<number> {
  const scans = await nodeScans.affectedBy(keys);
  for (const scan of scans) {
    signal.throwIfAborted();
    const at = new Date(clock.now()).toISOString();
    await nodeScans.rejudge(scan, at, async (sbom) => (await judgeSbom(sbom, scan, judge)).judged);
  }
  return scans.length;
}
