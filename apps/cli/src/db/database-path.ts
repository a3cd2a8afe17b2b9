import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where the advisory database is unless `--db` says otherwise: `bulkhead/advisories.db` in the user's cache folder, by
 * the XDG base directory specification, which wants relative paths in XDG_CACHE_HOME ignored.
 */
export function databasePath(env: Readonly<Record<string, string | undefined>>): string {
  const cache = env['XDG_CACHE_HOME'];
  const base = cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache');
  return join(base, 'bulkhead', 'advisories.db');
}
