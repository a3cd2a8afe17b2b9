import type { JobHandler, RescanJob } from '@bulkhead/queue';
import { type RescanPorts, rescan, rescanLine } from '@bulkhead/scanner';
import type { Emit } from '../event.ts';
import type { WorkerMetrics } from '../metrics.ts';

/** Judges the images again that an update can affect, and reports the difference only. */
export function rescanHandler(ports: RescanPorts, metrics: WorkerMetrics, emit: Emit): JobHandler<RescanJob> {
  return async ({ keys }, { key, signal, progress }) => {
    const report = await rescan({ id: key, keys }, ports, { signal, onProgress: progress });
    metrics.countRescan(report.candidates, report.newlyAffected.length, report.noLongerAffected.length);
    emit({ event: 'images-rejudged', summary: rescanLine(report), ...report });
  };
}
