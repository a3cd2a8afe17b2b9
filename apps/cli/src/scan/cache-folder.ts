import { dirname, join } from 'node:path';
import { databasePath } from '../db/database-path.ts';

/** Where layers that were scanned before are remembered unless `--cache-dir` says otherwise: beside the database. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(dirname(databasePath(env)), 'layers');
}
