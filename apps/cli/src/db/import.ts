import { type DatabaseSummary, importDatabase, type Resource } from '@bulkhead/advisory-db';
import { systemClock } from '@bulkhead/core';
import { EXIT_OK } from '../exit-code.ts';
import { type Io, writeAll } from '../io.ts';
import { type ArtifactOptions, artifactAt, isArtifact, resourceOf } from './artifact.ts';
import { FeedLine } from './feed-line.ts';
import { streamAt } from './place.ts';
import { renderSummary } from './render-summary.ts';

export interface ImportCommandOptions extends ArtifactOptions {
  readonly db: string;
  readonly digest?: string;
  readonly format: 'table' | 'json';
}

/** `bulkhead db import`: takes over a database, and prints what is in it. */
export async function importFrom(place: string, options: ImportCommandOptions, io: Io): Promise<number> {
  const summary = isArtifact(place) ? await fetched(place, options, io) : await take(streamAt(place), options, io);
  await writeAll(io.stdout, [
    options.format === 'json'
      ? `${JSON.stringify({ schemaVersion: 1, ...summary }, undefined, 2)}\n`
      : renderSummary(summary, systemClock.now()),
  ]);
  return EXIT_OK;
}

async function fetched(place: string, options: ImportCommandOptions, io: Io): Promise<DatabaseSummary> {
  const artifact = await artifactAt(place, options, io);
  try {
    // The manifest promises a digest; the user may insist on one.
    return await take(resourceOf(artifact), { digest: artifact.digest, ...options }, io);
  } finally {
    artifact.close();
  }
}

async function take(
  resource: Resource,
  { db, digest }: Pick<ImportCommandOptions, 'db' | 'digest'>,
  io: Io,
): Promise<DatabaseSummary> {
  const line = new FeedLine(io);
  try {
    return await importDatabase({
      resource,
      output: db,
      signal: io.signal,
      onProgress: line.update,
      ...(digest !== undefined && { digest }),
    });
  } finally {
    line.clear();
  }
}
