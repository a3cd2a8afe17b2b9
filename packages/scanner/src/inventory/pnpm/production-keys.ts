import { z } from 'zod';

import { reachableFrom } from '../reading/reachable.ts';
import { withoutPeers } from './package-key.ts';

const Versions = z.record(z.string(), z.string());
const Importer = z.object({
  dependencies: z.record(z.string(), z.object({ version: z.string() })).optional(),
  optionalDependencies: z.record(z.string(), z.object({ version: z.string() })).optional(),
});
const Snapshot = z.object({ dependencies: Versions.optional(), optionalDependencies: Versions.optional() });

/**
 * The keys of `packages` that something in production needs. Lockfile 9 no longer marks packages that only development
 * needs; its `snapshots` are the graph, `importers` the projects it starts from.
 */
export function productionKeys(
  importers: Readonly<Record<string, unknown>>,
  snapshots: Readonly<Record<string, unknown>>,
): ReadonlySet<string> {
  const roots = Object.values(importers).flatMap((value) => {
    const importer = Importer.safeParse(value);
    if (!importer.success) return [];
    const { dependencies, optionalDependencies } = importer.data;
    return Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, { version }]) =>
      key(name, version),
    );
  });
  const graph = new Map(Object.entries(snapshots));
  const reached = reachableFrom(roots, (node) => {
    const snapshot = Snapshot.safeParse(graph.get(node));
    if (!snapshot.success) return [];
    const { dependencies, optionalDependencies } = snapshot.data;
    return Object.entries({ ...dependencies, ...optionalDependencies }).map(([name, version]) => key(name, version));
  });
  return new Set([...reached].map(withoutPeers));
}

/** An alias names its target whole: `real@1.0.0` where a version would stand. */
function key(name: string, version: string): string {
  return /^(?:@[^/@]+\/)?[^@/:]+@\d/.test(withoutPeers(version)) ? version : `${name}@${version}`;
}
