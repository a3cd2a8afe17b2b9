import { z } from 'zod';

import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf } from '../reading/json.ts';
import { isLocalReference, isRemoteReference, npmName } from '../reading/npm-name.ts';
import { readYaml } from '../reading/yaml.ts';
import { packageOfKey } from './package-key.ts';
import { productionKeys } from './production-keys.ts';

/** A monorepo's lock file has some 1.5 MiB; YAML costs a hundred times its size in memory while it is read. */
const MAX_BYTES = 16 * 1024 * 1024;

const Entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  resolution: z.object({ integrity: z.string().optional(), type: z.string().optional() }).optional(),
  dev: z.string().optional(),
  optional: z.string().optional(),
});
const Entries = z.record(z.string(), z.unknown()).nullish();
const LockFile = z.object({
  lockfileVersion: z.string(),
  importers: Entries,
  packages: Entries,
  snapshots: Entries,
});

/**
 * pnpm-lock.yaml of lockfile versions 5, 6 and 9 (pnpm/spec): `packages` by name and version, which 5 writes
 * `/name/1.0.0_peers`, 6 `/name@1.0.0(peers)` and 9 `name@1.0.0`.
 */
export const pnpmReader = wholeFileReader({
  id: 'pnpm',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)pnpm-lock\.yaml$/.test(path) && !path.includes('node_modules/'),
  read(content, found) {
    const file = readYaml(content, LockFile, found);
    if (file === undefined) return;
    const major = Number.parseInt(file.lockfileVersion, 10);
    if (!(major >= 5 && major <= 9)) {
      found.gap('unsupported', `pnpm lockfile version ${file.lockfileVersion.slice(0, 20)} is not read`);
      return;
    }
    const production = major >= 9 ? productionKeys(file.importers ?? {}, file.snapshots ?? {}) : undefined;
    for (const [key, value] of Object.entries(file.packages ?? {})) readEntry(key, value, major, production, found);
  },
});

function readEntry(
  key: string,
  value: unknown,
  major: number,
  production: ReadonlySet<string> | undefined,
  found: Collector,
): void {
  const entry = entryOf(value, Entry, found);
  if (entry === undefined) return;
  const named = packageOfKey(key, major);
  const name = entry.name ?? named?.name;
  const version = entry.version ?? named?.version;
  if (entry.resolution?.type === 'directory' || isLocalReference(version ?? key)) return;
  if (name === undefined || version === undefined || isRemoteReference(version)) {
    found.unresolved(name ?? key);
    return;
  }
  const isDevelopment = production === undefined ? entry.dev === 'true' : !production.has(key);
  const integrity = entry.resolution?.integrity;
  found.add({
    type: 'npm',
    ...npmName(name),
    version,
    ...(isDevelopment ? { scope: 'development' } : entry.optional === 'true' && { scope: 'optional' }),
    ...(integrity !== undefined && { integrity }),
  });
}
