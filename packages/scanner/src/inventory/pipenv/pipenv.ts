import { z } from 'zod';

import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf, readJson } from '../reading/json.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const Section = z.record(z.string(), z.unknown()).optional();
const LockFile = z.object({ default: Section, develop: Section });
const Entry = z.object({ version: z.string().optional(), path: z.string().optional() });

/** Pipfile.lock (JSON): `default` is what runs, `develop` what only development needs. */
export const pipenvReader = wholeFileReader({
  id: 'pipenv',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)Pipfile\.lock$/.test(path),
  read(content, found) {
    const file = readJson(content, LockFile, found);
    readSection(file?.default, undefined, found);
    readSection(file?.develop, 'development', found);
  },
});

function readSection(section: z.infer<typeof Section>, scope: 'development' | undefined, found: Collector): void {
  for (const [name, value] of Object.entries(section ?? {})) {
    const entry = entryOf(value, Entry, found);
    if (entry === undefined || entry.path !== undefined) continue;
    const version = /^===?\s*([^\s*]+)$/.exec(entry.version ?? '')?.[1];
    if (version === undefined) found.unresolved(name);
    else found.add({ type: 'pypi', name, version, ...(scope !== undefined && { scope }) });
  }
}
