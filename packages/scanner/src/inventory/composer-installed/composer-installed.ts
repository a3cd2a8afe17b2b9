import { z } from 'zod';

import { addComposerPackage } from '../reading/composer-package.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { readJson } from '../reading/json.ts';

const MAX_BYTES = 32 * 1024 * 1024;
/** Composer 2 writes an object, Composer 1 the list alone. */
const Installed = z.union([
  z.object({ packages: z.array(z.unknown()), 'dev-package-names': z.array(z.string()).optional() }),
  z.array(z.unknown()),
]);
const Named = z.object({ name: z.string() });

/** What Composer has installed: vendor/composer/installed.json. */
export const composerInstalledReader = wholeFileReader({
  id: 'composer-installed',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)composer\/installed\.json$/.test(path),
  read(content, found) {
    const file = readJson(content, Installed, found);
    if (file === undefined) return;
    const development = new Set(Array.isArray(file) ? [] : file['dev-package-names']);
    for (const value of Array.isArray(file) ? file : file.packages) {
      const named = Named.safeParse(value);
      const isDevelopment = named.success && development.has(named.data.name);
      addComposerPackage(value, isDevelopment ? 'development' : undefined, found);
    }
  },
});
