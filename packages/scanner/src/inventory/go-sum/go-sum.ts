import { wholeFileReader } from '../reading/define-reader.ts';
import { goModule } from '../reading/go-module.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 32 * 1024 * 1024;

/**
 * go.sum (go.dev/ref/mod): modules whose content was used. Lines for `version/go.mod` only say that a module was looked
 * at. Counts only beside a go.mod that does not list everything, or without one.
 */
export const goSumReader = wholeFileReader({
  id: 'go-sum',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)go\.sum$/.test(path),
  read(content, found) {
    for (const line of linesOf(textOf(content))) {
      if (line.trim() === '') continue;
      const [path, version, sum] = line.split(/\s+/, 3);
      if (path === undefined || version === undefined || sum === undefined || !sum.startsWith('h1:')) found.malformed();
      else if (!version.endsWith('/go.mod')) found.add({ type: 'golang', ...goModule(path), version });
    }
  },
});
