import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { withoutRoot } from '../reading/paths.ts';
import { linesOf, textOf } from '../reading/text.ts';

/** The largest list in Debian (kernel headers, TeX) has about 3 MiB. */
const MAX_BYTES = 32 * 1024 * 1024;
/** `zlib1g.list`, or `zlib1g:amd64.list` for packages that may be installed for several architectures. */
const LIST = /^var\/lib\/dpkg\/info\/([^/:]+)(?::[^/]+)?\.list$/;
/** Distroless: digest, two spaces, path. */
const DIGESTS = /^var\/lib\/dpkg\/status\.d\/([^/]+)\.md5sums$/;

/** Which files a Debian package brought: dpkg's `info/*.list`, and `status.d/*.md5sums` in distroless images. */
export const dpkgFilesReader = wholeFileReader({
  id: 'dpkg-files',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => LIST.test(path) || DIGESTS.test(path),
  read(content, found, { path }) {
    const listed = LIST.exec(path)?.[1];
    const name = listed ?? DIGESTS.exec(path)?.[1];
    if (name === undefined) return;
    const paths = listed === undefined ? digestedPaths(textOf(content), found) : listedPaths(textOf(content), found);
    found.owned({ type: 'deb', name }, paths);
  },
});

/** A folder stands before what is in it: a line that the next one continues is no file. */
function listedPaths(text: string, found: Collector): string[] {
  const paths: string[] = [];
  for (const line of linesOf(text)) {
    const path = withoutRoot(line);
    if (path === '' || path === '.') continue;
    const last = paths.at(-1);
    if (last !== undefined && path.length > last.length && path.startsWith(last) && path[last.length] === '/') {
      paths[paths.length - 1] = path;
    } else if (found.takesPath(path.length)) paths.push(path);
  }
  return paths;
}

function digestedPaths(text: string, found: Collector): string[] {
  return [...linesOf(text)].flatMap((line) => {
    const path = /^[0-9a-f]{32} [ *](.+)$/.exec(line)?.[1];
    return path === undefined || !found.takesPath(path.length) ? [] : [withoutRoot(path)];
  });
}
