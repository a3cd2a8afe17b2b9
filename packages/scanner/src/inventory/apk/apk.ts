import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { linesOf, textOf } from '../reading/text.ts';

/** File lists included: a container has 0.1 to 2 MiB, a desktop some 30. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * apk's installed database: one line a field, `letter:value`, an empty line after each package (apk-package(5) and
 * Alpine's "Apk spec"). `o:` is the origin, which advisories name; `F:` opens a folder and `R:` names a file in it.
 */
export const apkReader = wholeFileReader({
  id: 'apk',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => path === 'lib/apk/db/installed' || path === 'usr/lib/apk/db/installed',
  read(content, found) {
    let fields = new Map<string, string>();
    let paths: string[] = [];
    let folder = '';
    for (const line of linesOf(textOf(content))) {
      if (line === '') {
        addPackage(fields, paths, found);
        fields = new Map();
        paths = [];
        folder = '';
      } else if (line[1] !== ':') {
        found.malformed();
      } else if (line[0] === 'F') {
        folder = line.length > 2 ? `${line.slice(2)}/` : '';
      } else if (line[0] === 'R') {
        if (found.takesPath(folder.length + line.length - 2)) paths.push(folder + line.slice(2));
      } else if (line[0] !== undefined && !fields.has(line[0])) {
        fields.set(line[0], line.slice(2));
      }
    }
    addPackage(fields, paths, found);
  },
});

function addPackage(fields: ReadonlyMap<string, string>, paths: readonly string[], found: Collector): void {
  if (fields.size === 0) return;
  const name = fields.get('P');
  const version = fields.get('V');
  if (name === undefined || version === undefined) {
    found.malformed();
    return;
  }
  const arch = fields.get('A');
  const origin = fields.get('o');
  const license = fields.get('L');
  found.add({
    type: 'apk',
    name,
    version,
    ...(arch !== undefined && arch !== '' && { arch }),
    // A subpackage has its origin's version: both come from one APKBUILD.
    ...(origin !== undefined && origin !== '' && { source: { name: origin, version } }),
    ...(license !== undefined && license !== '' && { licenses: [license] }),
  });
  found.owned({ type: 'apk', name }, paths);
}
