import { buildDatabase } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { FeedLine } from './feed-line.ts';
import { bucketAt, type CatalogueOptions, cataloguesOf } from './place.ts';
import { renderSummary } from './render-summary.ts';

export interface BuildCommandOptions extends CatalogueOptions {
  readonly from: readonly string[];
  readonly output: string;
  readonly ecosystem?: readonly string[];
  readonly format: 'table' | 'json';
}

/** `bulkhead db build`: makes a database, and prints what is in it. */
export async function build(options: BuildCommandOptions, io: Io): Promise<number> {
  const progress = new FeedLine(io);
  try {
    const summary = await buildDatabase({
      output: options.output,
      from: options.from.map(bucketAt),
      ...(options.ecosystem !== undefined && { ecosystems: options.ecosystem }),
      catalogues: cataloguesOf(options),
      clock: systemClock,
      signal: io.signal,
      onProgress: progress.update,
    });
    progress.done(`built ${summary.advisories.toLocaleString('en')} advisories`);
    await writeAll(io.stdout, [
      options.format === 'json'
        ? `${JSON.stringify({ schemaVersion: 1, ...summary }, undefined, 2)}\n`
        : renderSummary(summary, systemClock.now()),
    ]);
    return EXIT_OK;
  } finally {
    progress.clear();
  }
}
