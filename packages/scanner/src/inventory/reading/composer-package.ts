import { z } from 'zod';

import type { FoundPackage } from '../../reader/fact.ts';
import type { Collector } from './collector.ts';
import { entryOf } from './json.ts';

const Entry = z.object({
  name: z.string(),
  version: z.string(),
  license: z.array(z.string()).optional(),
});

/** Adds one package as composer.lock and installed.json both write it. Names are `vendor/name`. */
export function addComposerPackage(value: unknown, scope: FoundPackage['scope'], found: Collector): void {
  const entry = entryOf(value, Entry, found);
  if (entry === undefined) return;
  const slash = entry.name.indexOf('/');
  // A branch: which commit of it is not comparable.
  if (entry.version.startsWith('dev-') || entry.version.endsWith('-dev')) {
    found.unresolved(entry.name);
    return;
  }
  found.add({
    type: 'composer',
    ...(slash > 0 && { namespace: entry.name.slice(0, slash) }),
    name: entry.name.slice(slash + 1),
    version: entry.version,
    ...(entry.license !== undefined && entry.license.length > 0 && { licenses: entry.license }),
    ...(scope !== undefined && { scope }),
  });
}
