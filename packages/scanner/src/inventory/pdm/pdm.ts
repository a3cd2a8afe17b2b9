import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf } from '../reading/json.ts';
import { readToml } from '../reading/toml.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const LockFile = z.object({ package: z.array(z.unknown()).optional() });
const Entry = z.object({
  name: z.string(),
  version: z.string().optional(),
  groups: z.array(z.string()).optional(),
  path: z.string().optional(),
});

/** pdm.lock (TOML). Groups are named by the project; `default` is what it needs to run. */
export const pdmReader = wholeFileReader({
  id: 'pdm',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)pdm\.lock$/.test(path),
  read(content, found) {
    for (const value of readToml(content, LockFile, found)?.package ?? []) {
      const entry = entryOf(value, Entry, found);
      if (entry === undefined || entry.path !== undefined) continue;
      const { name, version, groups = [] } = entry;
      if (version === undefined) found.unresolved(name);
      else found.add({ type: 'pypi', name, version, ...scopeOf(groups) });
    }
  },
});

/** Extras and development groups look alike: only names that can mean nothing else are taken as development. */
function scopeOf(groups: readonly string[]): { readonly scope?: 'development' | 'optional' } {
  if (groups.length === 0 || groups.includes('default')) return {};
  const isDevelopment = groups.every((group) => /^(?:dev|tests?|lint|docs?|typing|ci)\b/.test(group));
  return { scope: isDevelopment ? 'development' : 'optional' };
}
