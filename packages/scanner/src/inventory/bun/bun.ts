import { z } from 'zod';

import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { readJson } from '../reading/json.ts';
import { plainJson } from '../reading/jsonc.ts';
import { isLocalReference, isRemoteReference, npmName, splitSpecifier } from '../reading/npm-name.ts';
import { baseName, siblingOf } from '../reading/paths.ts';

const MAX_BYTES = 64 * 1024 * 1024;

const LockFile = z.object({ lockfileVersion: z.number(), packages: z.record(z.string(), z.unknown()).optional() });
/** From a registry: `name@version`, registry, dependencies, integrity. Others have fewer parts. */
const Entry = z.tuple([z.string()], z.unknown());

/** bun.lock (JSON with trailing commas). Its binary predecessor bun.lockb is not read, which is said. */
export const bunReader = wholeFileReader({
  id: 'bun',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)bun\.lockb?$/.test(path) && !path.includes('node_modules/'),
  read(content, found, { path }) {
    if (baseName(path) === 'bun.lockb') {
      found.gap('unsupported', 'the binary bun.lockb is not read; `bun install --save-text-lockfile` writes bun.lock');
      return;
    }
    found.supersedes(siblingOf(path, 'bun.lockb'));
    const file = readJson(plainJson(content), LockFile, found);
    for (const value of Object.values(file?.packages ?? {})) readEntry(value, found);
  },
});

function readEntry(value: unknown, found: Collector): void {
  const entry = Entry.safeParse(value);
  const specifier = entry.success ? splitSpecifier(entry.data[0]) : undefined;
  if (!entry.success || specifier === undefined) {
    found.malformed();
    return;
  }
  if (isLocalReference(specifier.rest)) return;
  if (isRemoteReference(specifier.rest)) {
    found.unresolved(specifier.name);
    return;
  }
  const integrity = entry.data.at(-1);
  found.add({
    type: 'npm',
    ...npmName(specifier.name),
    version: specifier.rest,
    ...(typeof integrity === 'string' && /^sha\d+-/.test(integrity) && { integrity }),
  });
}
