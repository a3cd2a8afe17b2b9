import { join } from 'node:path';
import { AdvisoryDatabase } from '../advisory-database.ts';
import { type BuildOptions, buildDatabase } from '../building/build.ts';
import { FolderBucket } from '../feed/folder-bucket.ts';
import { writeBucket } from './osv.ts';

/** The time in tests. */
export const NOW = Date.parse('2026-09-01T12:00:00Z');
export const clock = { now: () => NOW };
export const NEVER = new AbortController().signal;

/** Builds a database in `folder` from records by ecosystem, and opens it. */
export async function databaseOf(
  folder: string,
  ecosystems: Readonly<Record<string, readonly string[]>>,
  options: Partial<BuildOptions> = {},
): Promise<AdvisoryDatabase> {
  const output = join(folder, 'advisories.db');
  const bucket = new FolderBucket(writeBucket(join(folder, 'bucket'), ecosystems));
  await buildDatabase({ output, from: [bucket], clock, signal: NEVER, ...options });
  return AdvisoryDatabase.open(output);
}
