import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { readJson } from '../reading/json.ts';
import { npmName } from '../reading/npm-name.ts';

/** The largest published ones have some 200 KiB. */
const MAX_BYTES = 4 * 1024 * 1024;
/**
 * A package's own folder inside node_modules (not what it has in `test/` or `dist/esm/`), and the two package managers
 * that images carry outside it: Yarn's release folder and Corepack's cache.
 */
const INSTALLED =
  /(?:^|\/)(?:node_modules\/(?:@[^/]+\/)?[^/@.][^/]*|yarn-v\d[^/]*|corepack\/(?:v\d\/)?[^/]+\/\d[^/]*)\/package\.json$/;

const License = z.union([z.string(), z.object({ type: z.string() })]);
const Manifest = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.unknown().optional(),
  licenses: z.unknown().optional(),
});

/** Packages installed by npm, Yarn, pnpm or Bun: the package.json of each (docs.npmjs.com, package.json). */
export const npmInstalledReader = wholeFileReader({
  id: 'npm-installed',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => INSTALLED.test(path),
  read(content, found) {
    const manifest = readJson(content, Manifest, found);
    // Without a name or version it is no published package: a folder that only says how its modules are read.
    if (!manifest?.name || !manifest.version) return;
    const licenses = licensesOf(manifest);
    found.add({
      type: 'npm',
      ...npmName(manifest.name),
      version: manifest.version.replace(/^[v=\s]+/, ''),
      ...(licenses.length > 0 && { licenses }),
    });
  },
});

function licensesOf({ license, licenses }: z.infer<typeof Manifest>): string[] {
  const all: readonly unknown[] = Array.isArray(licenses) ? [license, ...(licenses as unknown[])] : [license];
  return all.flatMap((one) => {
    const parsed = License.safeParse(one);
    if (!parsed.success) return [];
    const name = typeof parsed.data === 'string' ? parsed.data : parsed.data.type;
    return name === '' ? [] : [name];
  });
}
