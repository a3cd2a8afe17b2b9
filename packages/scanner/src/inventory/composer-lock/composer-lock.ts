import { z } from 'zod';

import { addComposerPackage } from '../reading/composer-package.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { readJson } from '../reading/json.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const LockFile = z.object({
  packages: z.array(z.unknown()).optional(),
  'packages-dev': z.array(z.unknown()).nullish(),
});

/** composer.lock (getcomposer.org). */
export const composerLockReader = wholeFileReader({
  id: 'composer-lock',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)composer\.lock$/.test(path) && !path.includes('vendor/'),
  read(content, found) {
    const file = readJson(content, LockFile, found);
    for (const value of file?.packages ?? []) addComposerPackage(value, undefined, found);
    for (const value of file?.['packages-dev'] ?? []) addComposerPackage(value, 'development', found);
  },
});
