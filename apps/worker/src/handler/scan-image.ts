import { CodedError, errorLine } from '@bulkhead/core';
import type { JobHandler, ScanImageJob } from '@bulkhead/queue';
import { type ScanPorts, scanRegistryImage } from '@bulkhead/scanner';
import type { Emit } from '../event.ts';
import type { WorkerMetrics } from '../metrics.ts';
import { isPermanent } from '../permanent.ts';

/** Scans an image, and notes with it why it could not be scanned when that is the last word. */
export function scanImageHandler(ports: ScanPorts, metrics: WorkerMetrics, emit: Emit): JobHandler<ScanImageJob> {
  return async (place, { signal, isLastAttempt }) => {
    const started = performance.now();
    try {
      const { outcome, ...result } = await scanRegistryImage(place, ports, signal);
      metrics.countScan(outcome === 'known' ? 'known' : result.status, (performance.now() - started) / 1000);
      const { registry, repository } = place;
      if (outcome === 'recorded') emit({ event: 'image-scanned', registry, repository, ...result });
    } catch (error) {
      if (!signal.aborted && (isLastAttempt || isPermanent(error))) {
        metrics.countScan('failed', (performance.now() - started) / 1000);
        const code = error instanceof CodedError ? (error as CodedError<string>).code : 'INTERNAL';
        const at = new Date(ports.clock.now()).toISOString();
        await ports.scans.noteFailure(place.digest, { code, message: errorLine(error), at });
        emit({ event: 'image-failed', ...place, problem: errorLine(error) });
      }
      throw error;
    }
  };
}
