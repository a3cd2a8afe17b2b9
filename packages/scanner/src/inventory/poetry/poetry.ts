import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf } from '../reading/json.ts';
import { readToml } from '../reading/toml.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const LockFile = z.object({ package: z.array(z.unknown()).optional() });
const Entry = z.object({
  name: z.string(),
  version: z.string(),
  /** Before 1.5; later files of version 1 say nothing, and those of version 2 have groups. */
  category: z.string().optional(),
  groups: z.array(z.string()).optional(),
  optional: z.boolean().optional(),
  source: z.object({ type: z.string().optional() }).optional(),
});
type Entry = z.infer<typeof Entry>;

/** poetry.lock (TOML), lock versions 1 and 2. */
export const poetryReader = wholeFileReader({
  id: 'poetry',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)poetry\.lock$/.test(path),
  read(content, found) {
    for (const value of readToml(content, LockFile, found)?.package ?? []) {
      const entry = entryOf(value, Entry, found);
      if (entry === undefined || entry.source?.type === 'directory') continue;
      found.add({
        type: 'pypi',
        name: entry.name,
        version: entry.version,
        ...(isDevelopment(entry) ? { scope: 'development' } : entry.optional === true && { scope: 'optional' }),
      });
    }
  },
});

/** `main` is what the project needs; any other group is asked for by name. */
function isDevelopment({ category, groups }: Entry): boolean {
  return groups === undefined ? category === 'dev' : groups.length > 0 && !groups.includes('main');
}
