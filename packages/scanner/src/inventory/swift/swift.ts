import { z } from 'zod';

import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf, readJson } from '../reading/json.ts';

const MAX_BYTES = 8 * 1024 * 1024;
const State = z.object({ version: z.string().nullish() });
/** Version 1 has the pins in `object`, with `repositoryURL` for `location`. */
const Resolved = z.object({
  version: z.number(),
  pins: z.array(z.unknown()).optional(),
  object: z.object({ pins: z.array(z.unknown()) }).optional(),
});
const Pin = z.object({
  location: z.string().optional(),
  repositoryURL: z.string().optional(),
  state: State,
});

/** Package.resolved of the Swift package manager, versions 1 to 3. */
export const swiftReader = wholeFileReader({
  id: 'swift',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)Package\.resolved$/.test(path),
  read(content, found) {
    const file = readJson(content, Resolved, found);
    for (const value of file?.pins ?? file?.object?.pins ?? []) readPin(value, found);
  },
});

function readPin(value: unknown, found: Collector): void {
  const pin = entryOf(value, Pin, found);
  if (pin === undefined) return;
  const location = repositoryOf(pin.location ?? pin.repositoryURL ?? '');
  if (location === undefined) found.malformed();
  else if (pin.state.version == null) found.unresolved(`${location.namespace}/${location.name}`);
  else found.add({ type: 'swift', ...location, version: pin.state.version });
}

/** A package is named by its repository: `https://github.com/apple/swift-nio.git`, `git@github.com:apple/swift-nio.git`. */
function repositoryOf(url: string): { readonly namespace: string; readonly name: string } | undefined {
  const match = /^(?:[a-z+]+:\/\/(?:[^/@]+@)?|[^/@:]+@)([^/:]+)(?::\d+)?[/:](.+)$/i.exec(url);
  const path = match?.[2]?.replace(/\/+$/, '').replace(/\.git$/, '');
  if (match?.[1] === undefined || path === undefined || path === '') return undefined;
  const slash = path.lastIndexOf('/');
  const folder = slash === -1 ? '' : `/${path.slice(0, slash)}`;
  return { namespace: `${match[1].toLowerCase()}${folder}`, name: path.slice(slash + 1) };
}
