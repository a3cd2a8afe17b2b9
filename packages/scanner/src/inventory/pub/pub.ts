import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf } from '../reading/json.ts';
import { readYaml } from '../reading/yaml.ts';

const MAX_BYTES = 4 * 1024 * 1024;
const LockFile = z.object({ packages: z.record(z.string(), z.unknown()).nullish() });
const Entry = z.object({ dependency: z.string().optional(), source: z.string(), version: z.string() });

/** pubspec.lock of Dart and Flutter (dart.dev, "pubspec.lock"). */
export const pubReader = wholeFileReader({
  id: 'pub',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)pubspec\.lock$/.test(path),
  read(content, found) {
    for (const [name, value] of Object.entries(readYaml(content, LockFile, found)?.packages ?? {})) {
      const entry = entryOf(value, Entry, found);
      // Folders are the project itself; packages of the SDK have its version, not their own.
      if (entry === undefined || entry.source === 'path' || entry.source === 'sdk') continue;
      const isDevelopment = entry.dependency === 'direct dev';
      found.add({ type: 'pub', name, version: entry.version, ...(isDevelopment && { scope: 'development' }) });
    }
  },
});
