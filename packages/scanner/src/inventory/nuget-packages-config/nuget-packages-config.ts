import { wholeFileReader } from '../reading/define-reader.ts';
import { textOf } from '../reading/text.ts';
import { parseXml } from '../reading/xml.ts';

const MAX_BYTES = 8 * 1024 * 1024;

/** packages.config of older .NET projects (learn.microsoft.com, "packages.config reference"). */
export const nugetPackagesConfigReader = wholeFileReader({
  id: 'nuget-packages-config',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => /(?:^|\/)packages(?:\.[^/]+)?\.config$/.test(path),
  read(content, found) {
    const root = parseXml(textOf(content));
    if (root?.name !== 'packages') {
      found.gap('corrupt', 'it is no well-formed XML of a list of packages');
      return;
    }
    for (const { name, attributes } of root.children) {
      if (name !== 'package') continue;
      const id = attributes.get('id');
      const version = attributes.get('version');
      const isDevelopment = attributes.get('developmentDependency')?.toLowerCase() === 'true';
      if (id === undefined || version === undefined) found.malformed();
      else found.add({ type: 'nuget', name: id, version, ...(isDevelopment && { scope: 'development' }) });
    }
  },
});
