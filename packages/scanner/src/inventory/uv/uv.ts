import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf } from '../reading/json.ts';
import { reachableFrom } from '../reading/reachable.ts';
import { readToml } from '../reading/toml.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const Dependency = z.object({ name: z.string() });
const Dependencies = z.array(Dependency).optional();
const LockFile = z.object({ package: z.array(z.unknown()).optional() });
const Entry = z.object({
  name: z.string(),
  /** Absent for projects whose version is made when they are built. */
  version: z.string().optional(),
  source: z.record(z.string(), z.unknown()).optional(),
  dependencies: Dependencies,
  'optional-dependencies': z.record(z.string(), Dependencies).optional(),
});
type Entry = z.infer<typeof Entry>;
/** Sources that are the project and its workspace. */
const LOCAL_SOURCES = ['virtual', 'editable', 'directory'];

/** uv.lock (TOML): a graph that starts from the projects; what they do not reach is for development. */
export const uvReader = wholeFileReader({
  id: 'uv',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)uv\.lock$/.test(path),
  read(content, found) {
    const values = readToml(content, LockFile, found)?.package ?? [];
    const entries = values.flatMap((value) => entryOf(value, Entry, found) ?? []);
    const needed = new Map<string, string[]>();
    for (const entry of entries) {
      // One name may stand for several versions, for different platforms.
      const names = needed.get(entry.name) ?? [];
      for (const name of namesNeededBy(entry)) names.push(name);
      needed.set(entry.name, names);
    }
    const projects = entries.filter(isLocal).map(({ name }) => name);
    const production = reachableFrom(projects, (name) => needed.get(name) ?? []);
    for (const entry of entries) {
      if (isLocal(entry)) continue;
      if (entry.version === undefined) found.unresolved(entry.name);
      else {
        const isDevelopment = projects.length > 0 && !production.has(entry.name);
        found.add({
          type: 'pypi',
          name: entry.name,
          version: entry.version,
          ...(isDevelopment && { scope: 'development' }),
        });
      }
    }
  },
});

function namesNeededBy(entry: Entry): string[] {
  const all = [entry.dependencies, ...Object.values(entry['optional-dependencies'] ?? {})];
  return all.flatMap((dependencies) => dependencies?.map(({ name }) => name) ?? []);
}

function isLocal({ source }: Entry): boolean {
  return source !== undefined && LOCAL_SOURCES.some((kind) => kind in source);
}
