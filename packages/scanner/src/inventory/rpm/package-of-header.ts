import { parseSourceRpm } from '../../package/purl.ts';
import type { Collector } from '../reading/collector.ts';
import { withoutRoot } from '../reading/paths.ts';
import { RpmHeader } from './header.ts';

/** Numbers of the tags that are read, from rpm's `rpmtag.h`. */
const TAG = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  vendor: 1011,
  license: 1014,
  arch: 1022,
  fileModes: 1030,
  fileFlags: 1037,
  sourceRpm: 1044,
  dirIndexes: 1116,
  baseNames: 1117,
  dirNames: 1118,
  modularityLabel: 5096,
} as const;

const FILE_TYPE = 0xf000;
const FOLDER = 0x4000;
/** `RPMFILE_GHOST`: owned, but not brought by the package. */
const GHOST = 0x40;
/** Keys that were imported, which rpm stores as if they were packages. */
const PUBLIC_KEY = 'gpg-pubkey';

/** Adds the package of one header and the files it owns. */
export function addRpmPackage(bytes: Buffer, found: Collector): void {
  const header = RpmHeader.parse(bytes);
  const name = header?.text(TAG.name);
  const version = header?.text(TAG.version);
  const release = header?.text(TAG.release);
  if (header === undefined || name === undefined || version === undefined || release === undefined) {
    found.malformed();
    return;
  }
  if (name === PUBLIC_KEY) return;
  const epoch = header.number(TAG.epoch);
  const arch = header.text(TAG.arch);
  const source = parseSourceRpm(header.text(TAG.sourceRpm) ?? '');
  const license = header.text(TAG.license);
  const vendor = header.text(TAG.vendor);
  const modularity = header.text(TAG.modularityLabel);
  found.add({
    type: 'rpm',
    name,
    version: `${epoch === undefined ? '' : `${epoch}:`}${version}-${release}`,
    ...(given(arch) && { arch }),
    ...(source !== undefined && { source }),
    ...(given(license) && { licenses: [license] }),
    ...(given(vendor) && { vendor }),
    ...(given(modularity) && { modularity }),
  });
  const paths = ownedPaths(header, found);
  if (paths === undefined) found.gap('corrupt', `the file list of ${name.slice(0, 100)} contradicts itself`);
  else found.owned({ type: 'rpm', name }, paths);
}

/** Files are stored as base names, each with the index of its folder. */
function ownedPaths(header: RpmHeader, found: Collector): string[] | undefined {
  const baseNames = header.texts(TAG.baseNames);
  const dirNames = header.texts(TAG.dirNames);
  const dirIndexes = header.numbers(TAG.dirIndexes);
  const modes = header.numbers(TAG.fileModes);
  const flags = header.numbers(TAG.fileFlags);
  if (baseNames === undefined || dirNames === undefined || dirIndexes === undefined) return undefined;
  if (dirIndexes.length !== baseNames.length) return undefined;
  const folders = dirNames.map(withoutRoot);
  const paths: string[] = [];
  for (const [index, baseName] of baseNames.entries()) {
    const folder = folders[dirIndexes[index] ?? -1];
    if (folder === undefined) return undefined;
    const isFolder = ((modes?.[index] ?? 0) & FILE_TYPE) === FOLDER;
    if (isFolder || ((flags?.[index] ?? 0) & GHOST) !== 0) continue;
    if (found.takesPath(folder.length + baseName.length)) paths.push(folder + baseName);
  }
  return paths;
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== '' && text !== '(none)' && !/\p{Cc}/u.test(text);
}
