import { wholeFileReader } from '../reading/define-reader.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 8 * 1024 * 1024;
/** Sections whose specs come from elsewhere; those of `PATH` are the project itself. */
const REMOTE = new Set(['GEM', 'GIT', 'PLUGIN SOURCE']);

/**
 * Bundler's Gemfile.lock: sections begin without indentation, `    name (version)` with four spaces are what was
 * chosen, deeper lines what those ask for.
 */
export const gemLockReader = wholeFileReader({
  id: 'gem-lock',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)(?:Gemfile\.lock|gems\.locked)$/.test(path),
  read(content, found) {
    let section = '';
    for (const line of linesOf(textOf(content))) {
      if (line !== '' && !line.startsWith(' ')) section = line.trim();
      else if (REMOTE.has(section) && line.startsWith('    ') && line[4] !== ' ') {
        const match = /^ {4}(\S+) \(([^()\s]+)\)$/.exec(line);
        if (match?.[1] === undefined || match[2] === undefined) found.malformed();
        else found.add({ type: 'gem', name: match[1], version: withoutPlatform(match[2]) });
      }
    }
  },
});

/** `1.15.4-x86_64-linux`: no version of a gem has a dash. */
function withoutPlatform(version: string): string {
  const dash = version.indexOf('-');
  return dash === -1 ? version : version.slice(0, dash);
}
