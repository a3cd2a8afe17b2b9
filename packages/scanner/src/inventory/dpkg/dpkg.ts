import type { SourcePackage } from '../../package/package.ts';
import type { FoundPackage } from '../../reader/fact.ts';
import { type Paragraph, paragraphsOf } from '../reading/control-file.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { textOf } from '../reading/text.ts';

/** The status file of a full desktop has some 8 MiB. */
const MAX_BYTES = 64 * 1024 * 1024;
const STATUS = 'var/lib/dpkg/status';
/** Distroless images keep one paragraph a file, named by the package. */
const STATUS_FOLDER = 'var/lib/dpkg/status.d/';

/** dpkg(1): in every other state (`not-installed`, `config-files`) the package's files are gone. */
const ON_DISK = new Set([
  'installed',
  'half-installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
]);

/** The packages that dpkg has installed: deb822(5) paragraphs of `status`, and of `status.d` in distroless images. */
export const dpkgReader = wholeFileReader({
  id: 'dpkg',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => path === STATUS || (path.startsWith(STATUS_FOLDER) && !path.endsWith('.md5sums')),
  read(content, found) {
    for (const paragraph of paragraphsOf(textOf(content))) {
      if (!isOnDisk(paragraph)) continue;
      const one = packageOf(paragraph);
      if (one === undefined) found.malformed();
      else found.add(one);
    }
  },
});

/** `Status: install ok installed`. A paragraph without it (distroless) describes what is there. */
function isOnDisk(paragraph: Paragraph): boolean {
  const status = paragraph.get('status');
  return status === undefined || ON_DISK.has(status.split(/\s+/)[2] ?? '');
}

function packageOf(paragraph: Paragraph): FoundPackage | undefined {
  const name = paragraph.get('package');
  const version = paragraph.get('version');
  if (name === undefined || version === undefined) return undefined;
  const arch = paragraph.get('architecture');
  const vendor = paragraph.get('origin');
  return {
    type: 'deb',
    name,
    version,
    ...(arch !== undefined && { arch }),
    source: sourceOf(paragraph.get('source'), name, version),
    ...(vendor !== undefined && vendor !== '' && { vendor }),
  };
}

/** `Source: glibc` or `Source: gcc-12 (12.2.0-14)`; absent where it equals the binary package. */
function sourceOf(field: string | undefined, name: string, version: string): SourcePackage {
  const match = /^(\S+)(?:\s+\(([^()\s]+)\))?/.exec(field ?? '');
  return { name: match?.[1] ?? name, version: match?.[2] ?? version };
}
