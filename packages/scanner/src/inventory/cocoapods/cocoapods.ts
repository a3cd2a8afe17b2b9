import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { readYaml } from '../reading/yaml.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const LockFile = z.object({
  PODS: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])).nullish(),
  /** Pods from folders, branches and commits. */
  'EXTERNAL SOURCES': z.record(z.string(), z.record(z.string(), z.unknown())).nullish(),
});

/** Podfile.lock of CocoaPods (YAML): `- Name/Subspec (version)`, with a list of what it needs. */
export const cocoapodsReader = wholeFileReader({
  id: 'cocoapods',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)Podfile\.lock$/.test(path),
  read(content, found) {
    const file = readYaml(content, LockFile, found);
    const local = new Set(
      Object.entries(file?.['EXTERNAL SOURCES'] ?? {}).flatMap(([name, source]) => (':path' in source ? [name] : [])),
    );
    const seen = new Set<string>();
    for (const value of file?.PODS ?? []) {
      const text = typeof value === 'string' ? value : (Object.keys(value)[0] ?? '');
      const match = /^([^/\s]+)(?:\/\S+)? \(([^()\s]+)\)$/.exec(text);
      if (match?.[1] === undefined || match[2] === undefined) {
        found.malformed();
        continue;
      }
      // Subspecs are parts of one pod, with one version.
      const [, name, version] = match;
      if (local.has(name) || seen.has(name)) continue;
      seen.add(name);
      found.add({ type: 'cocoapods', name, version });
    }
  },
});
