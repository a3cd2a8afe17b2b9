import { importDatabase } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { streamAt } from './place.ts';
import { renderSummary } from './render-summary.ts';

export interface ImportCommandOptions {
  readonly db: string;
  readonly digest?: string;
  readonly format: 'table' | 'json';
}

/** `bulkhead db import`: takes over a database, and prints what is in it. */
export async function importFrom(place: string, options: ImportCommandOptions, io: Io): Promise<number> {
  const { db: output, digest, format } = options;
  const resource = streamAt(place);
  const summary = await importDatabase({
    resource,
    output,
    signal: io.signal,
    ...(digest !== undefined && { digest }),
  });
  await writeAll(io.stdout, [
    format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, ...summary }, undefined, 2)}\n`
      : renderSummary(summary, systemClock.now()),
  ]);
  return EXIT_OK;
}
