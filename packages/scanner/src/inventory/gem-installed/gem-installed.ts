import { wholeFileReader } from '../reading/define-reader.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 1024 * 1024;
/** A statement of a specification; longer lines are lists of files. */
const MAX_LINE = 4096;
const FIELD = /^\s*\w+\.(name|version|licenses?)\s*=\s*(.*)$/s;
const TEXT = /["']([^"']{1,200})["']/g;

/**
 * Installed gems: the Ruby file that RubyGems writes into `specifications`. It is generated, so that `s.name = "…".freeze`
 * can be read without running Ruby.
 */
export const gemInstalledReader = wholeFileReader({
  id: 'gem-installed',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)specifications\/(?:default\/)?[^/]+\.gemspec$/.test(path),
  read(content, found) {
    const values = new Map<string, string[]>();
    for (const line of linesOf(textOf(content))) {
      const match = line.length > MAX_LINE ? null : FIELD.exec(line);
      if (match?.[1] === undefined || match[2] === undefined || values.has(match[1])) continue;
      values.set(
        match[1],
        [...match[2].matchAll(TEXT)].flatMap(([, text]) => text ?? []),
      );
    }
    const name = values.get('name')?.[0];
    const version = values.get('version')?.[0];
    const licenses = values.get('licenses') ?? values.get('license') ?? [];
    if (name === undefined || version === undefined) found.malformed();
    else found.add({ type: 'gem', name, version, ...(licenses.length > 0 && { licenses }) });
  },
});
