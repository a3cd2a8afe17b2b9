import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf } from '../reading/json.ts';
import { readToml } from '../reading/toml.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const LockFile = z.object({ package: z.array(z.unknown()).optional() });
const Entry = z.object({
  name: z.string(),
  version: z.string(),
  source: z.string().optional(),
  checksum: z.string().optional(),
});

/** Cargo.lock (TOML), versions 1 to 4. Crates without a source are the workspace itself. */
export const cargoLockReader = wholeFileReader({
  id: 'cargo-lock',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)Cargo\.lock$/.test(path),
  read(content, found) {
    for (const value of readToml(content, LockFile, found)?.package ?? []) {
      const entry = entryOf(value, Entry, found);
      if (entry?.source === undefined) continue;
      const digest = /^[0-9a-f]{64}$/.test(entry.checksum ?? '') ? entry.checksum : undefined;
      found.add({
        type: 'cargo',
        name: entry.name,
        version: entry.version,
        ...(digest !== undefined && { integrity: `sha256-${Buffer.from(digest, 'hex').toString('base64')}` }),
      });
    }
  },
});
