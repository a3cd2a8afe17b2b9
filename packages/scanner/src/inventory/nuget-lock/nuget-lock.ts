import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf, readJson } from '../reading/json.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const LockFile = z.object({ dependencies: z.record(z.string(), z.record(z.string(), z.unknown())).optional() });
const Entry = z.object({ type: z.string(), resolved: z.string().optional(), contentHash: z.string().optional() });

/** packages.lock.json (learn.microsoft.com, "Locking dependencies"): packages by target framework. */
export const nugetLockReader = wholeFileReader({
  id: 'nuget-lock',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)packages(?:\.[^/]+)?\.lock\.json$/.test(path),
  read(content, found) {
    const file = readJson(content, LockFile, found);
    const seen = new Set<string>();
    for (const packages of Object.values(file?.dependencies ?? {})) {
      for (const [name, value] of Object.entries(packages)) {
        const entry = entryOf(value, Entry, found);
        // Frameworks mostly share their packages; projects are the solution itself.
        if (entry === undefined || entry.type === 'Project' || seen.has(`${name}/${entry.resolved}`)) continue;
        seen.add(`${name}/${entry.resolved}`);
        if (entry.resolved === undefined) found.unresolved(name);
        else {
          found.add({
            type: 'nuget',
            name,
            version: entry.resolved,
            ...(entry.contentHash !== undefined && { integrity: `sha512-${entry.contentHash}` }),
          });
        }
      }
    }
  },
});
