import { chooseOsRelease, type OsRelease } from '../package/os-release.ts';
import type { LocatedPackage, Location } from '../package/package.ts';
import type { Misconfiguration, SecretMatch } from '../reader/fact.ts';
import type { Gap } from '../reader/gap.ts';
import type { FileOwner, Inventory } from './inventory.ts';
import type { LayeredView } from './layered-view.ts';

/** Makes the inventory of what is there with all layers applied. `withLayers`: locations name the layer. */
export function assembleInventory(view: LayeredView, withLayers: boolean): Inventory {
  const packages: LocatedPackage[] = [];
  const secrets: (SecretMatch & { readonly location: Location })[] = [];
  const misconfigurations: (Misconfiguration & { readonly location: Location })[] = [];
  const releases: { path: string; release: OsRelease }[] = [];
  const ownerByPath = new Map<string, FileOwner>();
  const gaps: Gap[] = [...view.gaps];

  for (const file of view.files) {
    gaps.push(...file.gaps);
    const location: Location = withLayers ? { path: file.path, layer: file.layer } : { path: file.path };
    for (const { reader, facts } of file.files) {
      for (const fact of facts) {
        switch (fact.kind) {
          case 'packages':
            for (const { within, ...found } of fact.packages) {
              packages.push({ ...found, reader, location: within === undefined ? location : { ...location, within } });
            }
            break;
          case 'os-release':
            releases.push({ path: file.path, release: fact.release });
            break;
          case 'owned-files':
            for (const path of fact.paths) ownerByPath.set(view.links.inRealFolder(path), fact.owner);
            break;
          case 'secret':
            secrets.push({ ...fact.secret, location: { ...location, line: fact.secret.line } });
            break;
          case 'misconfiguration': {
            const { line } = fact.misconfiguration;
            const where = line === undefined ? location : { ...location, line };
            misconfigurations.push({ ...fact.misconfiguration, location: where });
            break;
          }
        }
      }
    }
  }

  const os = chooseOsRelease(releases);
  return {
    ...(os === undefined ? {} : { os }),
    packages: sortedBy(packages, ({ type, namespace, name, version, arch, location, reader }) =>
      [type, namespace, name, version, arch, location.path, location.within?.join('\0'), reader].join('\0'),
    ),
    ownerByPath,
    secrets: sortedBy(secrets, ({ location, line, detector }) => [location.path, ordinal(line), detector].join('\0')),
    misconfigurations: sortedBy(misconfigurations, ({ location, line, rule, subject }) =>
      [location.path, ordinal(line ?? 0), rule, subject].join('\0'),
    ),
    gaps: sortedBy(gaps, ({ path, reader, code, message }) => [path, reader, code, message].join('\0')),
  };
}

function sortedBy<T>(values: readonly T[], keyOf: (value: T) => string): T[] {
  const keyed = values.map((value) => ({ key: keyOf(value), value }));
  return keyed.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ value }) => value);
}

/** Numbers in the order of their size where strings are compared. */
function ordinal(value: number): string {
  return String(value).padStart(12, '0');
}
