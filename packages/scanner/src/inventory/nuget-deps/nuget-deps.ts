import { z } from 'zod';

import { wholeFileReader } from '../reading/define-reader.ts';
import { entryOf, readJson } from '../reading/json.ts';

const MAX_BYTES = 32 * 1024 * 1024;
const DepsFile = z.object({ libraries: z.record(z.string(), z.unknown()).optional() });
const Library = z.object({ type: z.string(), sha512: z.string().optional() });
/** A self-contained program carries its runtime as `runtimepack.<package>`. */
const RUNTIME_PACK = 'runtimepack.';

/** What a .NET program was published with: `*.deps.json` (github.com/dotnet/sdk, runtime configuration files). */
export const nugetDepsReader = wholeFileReader({
  id: 'nuget-deps',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => path.endsWith('.deps.json'),
  read(content, found) {
    const file = readJson(content, DepsFile, found);
    for (const [key, value] of Object.entries(file?.libraries ?? {})) {
      const library = entryOf(value, Library, found);
      if (library === undefined || (library.type !== 'package' && library.type !== 'runtimepack')) continue;
      const slash = key.lastIndexOf('/');
      const name = key.slice(0, Math.max(0, slash));
      const digest = library.sha512?.startsWith('sha512-') ? library.sha512 : undefined;
      found.add({
        type: 'nuget',
        name: name.startsWith(RUNTIME_PACK) ? name.slice(RUNTIME_PACK.length) : name,
        version: key.slice(slash + 1),
        ...(digest !== undefined && { integrity: digest }),
      });
    }
  },
});
