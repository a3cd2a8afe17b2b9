import { paragraphsOf } from '../reading/control-file.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { textOf } from '../reading/text.ts';

/** The description, a whole README, is part of it. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Wheels, eggs in their two forms (folder; one file by distutils), and zipped eggs that were unpacked. */
const METADATA = /(?:\.dist-info\/METADATA|\.egg-info\/PKG-INFO|\.egg-info|(?:^|\/)EGG-INFO\/PKG-INFO)$/;

/**
 * Installed Python packages: the core metadata that installers leave behind (packaging.python.org, "Core metadata"):
 * fields as in mail, then an empty line and the description.
 */
export const pypiInstalledReader = wholeFileReader({
  id: 'pypi-installed',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path }) => METADATA.test(path),
  read(content, found) {
    const fields = paragraphsOf(textOf(content)).next().value;
    const name = fields?.get('name');
    const version = fields?.get('version');
    if (fields === undefined || name === undefined || version === undefined) {
      found.malformed();
      return;
    }
    const license = fields.get('license-expression') ?? fields.get('license');
    const isKnown = license !== undefined && license !== '' && license !== 'UNKNOWN' && license.length <= 100;
    found.add({ type: 'pypi', name, version, ...(isKnown && { licenses: [license] }) });
  },
});
