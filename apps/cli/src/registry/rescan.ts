import { DatabaseJudge } from '@bulkhead/advisory-db';
import { printable, systemClock } from '@bulkhead/core';
import { EVERY_IMAGE, type ImageDifference, rescan, rescanLine } from '@bulkhead/scanner';
import { EXIT_OK } from '../exit-code.ts';
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
      const report = await rescan(
        { id, keys: [EVERY_IMAGE] },
        { scans, judge, clock: systemClock },
        { signal: io.signal },
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
      return EXIT_OK;
    } finally {
      judge.close();
    }
  });
}

function lines(differences: readonly ImageDifference[], sign: string, side: 'appeared' | 'disappeared'): string[] {
  return differences.flatMap(({ digest, [side]: affections }) =>
    affections.map(({ vulnerability, packages }) => `${sign} ${digest} ${vulnerability} ${packages.join(', ')}`),
  );
}
