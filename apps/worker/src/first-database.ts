import { existsSync } from 'node:fs';
import { type Bucket, buildDatabase, FolderBucket, HttpBucket } from '@bulkhead/advisory-db';
import type { Clock } from '@bulkhead/core';
import type { WorkerConfig } from './config.ts';
import type { Emit } from './event.ts';

/**
 * Makes the advisory database where there is none and feeds are named, as in a volume that is new: updates change one that
 * is there. Without a feed nothing is made, since somebody else brings the file. Throws `AdvisoryDbError`.
 */
export async function makeFirstDatabase(
  { database, from }: WorkerConfig['advisories'],
  clock: Clock,
  signal: AbortSignal,
  emit: Emit,
): Promise<void> {
  if (from.length === 0 || existsSync(database)) return;
  const { advisories, packages } = await buildDatabase({ output: database, from: from.map(bucketOf), clock, signal });
  emit({ event: 'advisories-built', advisories, packages });
}

/** What a place of the configuration is: an URL or a folder. */
export function bucketOf(place: string): Bucket {
  return /^https?:\/\//.test(place) ? new HttpBucket(place) : new FolderBucket(place);
}
