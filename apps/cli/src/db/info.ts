import { AdvisoryDatabase } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { renderSummary } from './render-summary.ts';

export interface InfoCommandOptions {
  readonly db: string;
  readonly verify?: boolean;
  readonly format: 'table' | 'json';
}

/** `bulkhead db info`: says what a database is. */
export async function info(options: InfoCommandOptions, io: Io): Promise<number> {
  using database = AdvisoryDatabase.open(options.db);
  if (options.verify === true) {
    database.verify();
    io.stderr.write('verified: every value is what was written\n');
  }
  const summary = database.summary();
  await writeAll(io.stdout, [
    options.format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, ...summary }, undefined, 2)}\n`
      : renderSummary(summary, systemClock.now()),
  ]);
  return EXIT_OK;
}
