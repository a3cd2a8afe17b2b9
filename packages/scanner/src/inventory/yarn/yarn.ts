import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { isLocalReference, isRemoteReference, npmName, splitSpecifier } from '../reading/npm-name.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 64 * 1024 * 1024;

interface Entry {
  readonly specifier: string;
  readonly fields: Map<string, string>;
}

/**
 * yarn.lock of Yarn 1 (`name@range:` and `key "value"`) and of Yarn 2 and later (the same as YAML, with `key: value` and
 * a `resolution`). Both write one entry as a line without indentation and its fields with two spaces: that is read line
 * by line, so that hostile YAML cannot do anything.
 */
export const yarnReader = wholeFileReader({
  id: 'yarn',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)yarn\.lock$/.test(path) && !path.includes('node_modules/'),
  read(content, found) {
    let entry: Entry | undefined;
    for (const line of linesOf(textOf(content))) {
      if (line === '' || line.startsWith('#')) continue;
      if (!line.startsWith(' ')) {
        addEntry(entry, found);
        entry = openEntry(line, found);
      } else if (entry !== undefined && line[2] !== ' ') {
        const field = /^ {2}"?([A-Za-z]+)"?:? +(.+)$/s.exec(line);
        if (field?.[1] !== undefined && field[2] !== undefined) entry.fields.set(field[1], unquoted(field[2].trim()));
      }
    }
    addEntry(entry, found);
  },
});

/** `"@babel/core@^7.0.0", "@babel/core@^7.1.0":` — several ranges that one version satisfies. */
function openEntry(line: string, found: Collector): Entry | undefined {
  if (!line.endsWith(':')) {
    found.malformed();
    return undefined;
  }
  const specifier = unquoted(unquoted(line.slice(0, -1)).split(/"?, "?/, 1)[0] ?? '');
  return specifier === '__metadata' ? undefined : { specifier, fields: new Map() };
}

function addEntry(entry: Entry | undefined, found: Collector): void {
  if (entry === undefined) return;
  const version = entry.fields.get('version');
  const specifier = splitSpecifier(entry.specifier);
  if (version === undefined || specifier === undefined) {
    found.malformed();
    return;
  }
  // Yarn 2 resolves to `name@npm:version`, with the true name of an alias; Yarn 1 has aliases in the range.
  const resolution = entry.fields.get('resolution');
  const resolved = resolution === undefined ? specifier : (splitSpecifier(resolution) ?? specifier);
  if (isLocalReference(resolved.rest)) return;
  const alias =
    resolution === undefined && resolved.rest.startsWith('npm:') ? splitSpecifier(resolved.rest.slice(4)) : undefined;
  const name = alias?.name ?? resolved.name;
  if (isRemoteReference(version)) {
    found.unresolved(name);
    return;
  }
  const integrity = entry.fields.get('integrity');
  found.add({ type: 'npm', ...npmName(name), version, ...(integrity !== undefined && { integrity }) });
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
