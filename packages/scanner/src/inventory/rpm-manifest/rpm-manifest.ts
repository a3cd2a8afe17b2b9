import { parseSourceRpm } from '../../package/purl.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { linesOf, textOf } from '../reading/text.ts';

const MAX_BYTES = 16 * 1024 * 1024;
const NONE = '(none)';

/**
 * The list that images without rpm carry in place of its database (Azure Linux distroless): a line a package, with tabs
 * between name, version-release, two times, vendor, epoch or `(none)`, size, arch, epoch number and source package.
 */
export const rpmManifestReader = wholeFileReader({
  id: 'rpm-manifest',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => path === 'var/lib/rpmmanifest/container-manifest-2',
  read(content, found) {
    for (const line of linesOf(textOf(content))) {
      if (line === '') continue;
      const [name, version, , , vendor = NONE, , , arch = NONE, epoch = '', sourceRpm = ''] = line.split('\t', 10);
      if (name === undefined || version === undefined || !version.includes('-')) {
        found.malformed();
        continue;
      }
      const source = parseSourceRpm(sourceRpm);
      found.add({
        type: 'rpm',
        name,
        version: /^[1-9]\d*$/.test(epoch) ? `${epoch}:${version}` : version,
        ...(arch !== NONE && arch !== '' && { arch }),
        ...(source !== undefined && { source }),
        ...(vendor !== NONE && vendor !== '' && { vendor }),
      });
    }
  },
});
