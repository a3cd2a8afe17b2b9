import { wholeFileReader } from '../reading/define-reader.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/**
 * mix.lock of Elixir and Erlang: one entry a line, `"name": {:hex, :package, "version", "digest", …},`. Entries of
 * `:git` name a commit, which has no version to compare.
 */
export const hexReader = wholeFileReader({
  id: 'hex',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)mix\.lock$/.test(path),
  read(content, found) {
    for (const line of linesOf(textOf(content))) {
      const entry = /^\s*"([^"]+)":\s*\{:(\w+),(.*)$/s.exec(line);
      if (entry?.[1] === undefined || entry[3] === undefined) {
        if (!/^\s*(?:[%{}\]]|$)/.test(line)) found.malformed();
        continue;
      }
      const hex = entry[2] === 'hex' ? /^\s*:"?([\w.-]+)"?,\s*"([^"]+)"/.exec(entry[3]) : null;
      if (hex?.[1] === undefined || hex[2] === undefined) found.unresolved(entry[1]);
      else found.add({ type: 'hex', name: hex[1], version: hex[2] });
    }
  },
});
