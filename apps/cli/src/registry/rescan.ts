import { DatabaseJudge } from '@bulkhead/advisory-db';
import { errorText, printable, systemClock } from '@bulkhead/core';
import { EVERY_IMAGE, type ImageDifference, rescan, rescanLine, ScanError } from '@bulkhead/scanner';
import { StoreError } from '@bulkhead/store';
import { EXIT_FAILURE, EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { type PlaceOptions, withStore } from './store-place.ts';

export interface RescanOptions extends PlaceOptions {
  readonly db: string;
  readonly format: 'table' | 'json';
}

/** `bulkhead registry rescan`: nobody says which advisories changed, so that every stored image is judged. */
export function rescanStored(options: RescanOptions, io: Io): Promise<number> {
  return withStore(options, async ({ scans }) => {
    const judge = new DatabaseJudge(options.db, systemClock);
    try {
      const id = `by-hand-${new Date(systemClock.now()).toISOString()}-${process.pid}`;
      const problems: string[] = [];
      const onUnjudged = (digest: string, error: unknown): void => {
        if (!isLasting(error)) throw error;
        problems.push(`${digest}: ${errorText(error)}`);
      };
      const report = await rescan(
        { id, keys: [EVERY_IMAGE] },
        { scans, judge, clock: systemClock },
        { signal: io.signal, onUnjudged },
      );
      await scans.noteJudgedBy(judge.database);
      const summary = rescanLine(report);
      const text =
        options.format === 'json'
          ? `${JSON.stringify({ schemaVersion: 1, summary, ...report }, undefined, 2)}\n`
          : [
              summary,
              ...lines(report.newlyAffected, '+', 'appeared'),
              ...lines(report.noLongerAffected, '-', 'disappeared'),
            ]
              .map((line) => `${printable(line)}\n`)
              .join('');
      await writeAll(io.stdout, [text]);
      for (const problem of problems) io.stderr.write(`error: ${printable(problem)}\n`);
      return problems.length > 0 ? EXIT_FAILURE : EXIT_OK;
    } finally {
      judge.close();
    }
  });
}

/** What the image is to whoever judges it: it keeps none of the others from theirs. */
function isLasting(error: unknown): boolean {
  return error instanceof ScanError || (error instanceof StoreError && !error.retryable);
}

function lines(differences: readonly ImageDifference[], sign: string, side: 'appeared' | 'disappeared'): string[] {
  return differences.flatMap(({ digest, [side]: affections }) =>
    affections.map(({ vulnerability, packages }) => `${sign} ${digest} ${vulnerability} ${packages.join(', ')}`),
  );
}
