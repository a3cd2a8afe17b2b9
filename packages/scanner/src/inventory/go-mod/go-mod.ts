import { wholeFileReader } from '../reading/define-reader.ts';
import { goModule } from '../reading/go-module.ts';
import { siblingOf } from '../reading/paths.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 8 * 1024 * 1024;

interface Module {
  readonly path: string;
  readonly version?: string;
}

/**
 * go.mod (go.dev/ref/mod). Since Go 1.17 it lists every module that the build needs, so that go.sum, which also has
 * modules that were only looked at, does not count beside it.
 */
export const goModReader = wholeFileReader({
  id: 'go-mod',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)go\.mod$/.test(path),
  read(content, found, { path }) {
    const required: Module[] = [];
    const replacements = new Map<string, Module>();
    for (const [directive, words] of directivesOf(textOf(content))) {
      if (directive === 'go' && isComplete(words[0] ?? '')) found.supersedes(siblingOf(path, 'go.sum'));
      else if (directive === 'require') {
        if (words[0] === undefined || words[1] === undefined) found.malformed();
        else required.push({ path: words[0], version: words[1] });
      } else if (directive === 'replace') {
        const arrow = words.indexOf('=>');
        const target = words[arrow + 1];
        if (arrow < 1 || target === undefined) found.malformed();
        else replacements.set(words.slice(0, arrow).join(' '), moduleOf(target, words[arrow + 2]));
      }
    }
    for (const { path: name, version } of required) {
      const used = replacements.get(`${name} ${version}`) ?? replacements.get(name) ?? { path: name, version };
      // A folder in place of a module is the project's own code.
      if (used.version !== undefined) found.add({ type: 'golang', ...goModule(used.path), version: used.version });
    }
  },
});

function moduleOf(path: string, version: string | undefined): Module {
  return version === undefined ? { path } : { path, version };
}

function isComplete(goVersion: string): boolean {
  const [major = 0, minor = 0] = goVersion.split('.').map(Number);
  return major > 1 || (major === 1 && minor >= 17);
}

/** Lines as directive and words, whether they stand alone or in a block: `require (` … `)`. */
function* directivesOf(text: string): Generator<readonly [string, readonly string[]]> {
  let block: string | undefined;
  for (const line of linesOf(text)) {
    const comment = line.indexOf('//');
    const bare = comment === -1 ? line : line.slice(0, comment);
    const words = bare
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(unquoted);
    if (words.length === 0) continue;
    if (block !== undefined && words[0] === ')') block = undefined;
    else if (block !== undefined) yield [block, words];
    else if (words[1] === '(') block = words[0];
    else yield [words[0] ?? '', words.slice(1)];
  }
}

function unquoted(word: string): string {
  return word.length > 1 && /^["`]/.test(word) && word.endsWith(word[0] ?? '') ? word.slice(1, -1) : word;
}
