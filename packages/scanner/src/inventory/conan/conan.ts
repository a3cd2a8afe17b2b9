import { z } from 'zod';

import type { FoundPackage } from '../../reader/fact.ts';
import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf, readJson } from '../reading/json.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const References = z.array(z.string()).nullish();
const LockFile = z.object({
  /** Conan 1: nodes of a graph. */
  graph_lock: z.object({ nodes: z.record(z.string(), z.unknown()) }).optional(),
  /** Conan 2: references, with their revision after `#` and a time after `%`. */
  requires: References,
  build_requires: References,
  python_requires: References,
});
const Node = z.object({ ref: z.string().nullish(), path: z.string().nullish(), context: z.string().optional() });

/** conan.lock of Conan 1 and 2 (docs.conan.io, "Lockfiles"). */
export const conanReader = wholeFileReader({
  id: 'conan',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)conan\.lock$/.test(path),
  read(content, found) {
    const file = readJson(content, LockFile, found);
    for (const value of Object.values(file?.graph_lock?.nodes ?? {})) {
      const node = entryOf(value, Node, found);
      // The consumer itself has a path, or no reference that names a version.
      if (node?.ref == null || node.path != null) continue;
      addReference(node.ref, node.context === 'build' ? 'development' : undefined, found);
    }
    for (const reference of file?.requires ?? []) addReference(reference, undefined, found);
    for (const reference of file?.build_requires ?? []) addReference(reference, 'development', found);
    for (const reference of file?.python_requires ?? []) addReference(reference, 'development', found);
  },
});

/** `zlib/1.2.11@user/channel#revision%time`. */
function addReference(reference: string, scope: FoundPackage['scope'], found: Collector): void {
  const bare = reference.split(/[@#%]/, 1)[0] ?? '';
  const slash = bare.indexOf('/');
  if (slash <= 0) {
    found.malformed();
    return;
  }
  found.add({
    type: 'conan',
    name: bare.slice(0, slash),
    version: bare.slice(slash + 1),
    ...(scope !== undefined && { scope }),
  });
}
