import { ScanError } from '../error.ts';
import type { Inventory } from '../image/inventory.ts';
import type { SourcePackage } from '../package/package.ts';
import { Collector } from './collect.ts';
import { isListOrAbsent, noList, recordsOf, textOf } from './json.ts';
import { OS_PROPERTY, parseOsRecord, RECORD_PROPERTY } from './record.ts';

type Json = Readonly<Record<string, unknown>>;

/** Components inside components: assemblies of assemblies are not built deeper. */
const MAX_DEPTH = 64;
/** Kinds of components that are no software somebody could publish an advisory for. */
const NO_PACKAGES: ReadonlySet<string> = new Set([
  'file',
  'data',
  'device',
  'machine-learning-model',
  'cryptographic-asset',
]);

/** Reads the components of a CycloneDX BOM, nested ones too; the subject itself (`metadata.component`) is none of them. */
export function readCycloneDx(bom: Json, name: string): Inventory {
  const collector = new Collector(name);
  if (!isListOrAbsent(bom['components'])) throw noList(name, 'components');
  const waiting = recordsOf(bom['components']).map((component) => ({ component, depth: 0 }));
  for (let at = 0; at < waiting.length; at += 1) {
    const { component, depth } = waiting[at] ?? {};
    if (component === undefined || depth === undefined) continue;
    if (depth > MAX_DEPTH) {
      throw new ScanError('INVALID_SBOM', {
        what: `cannot read ${JSON.stringify(name)} as an SBOM`,
        why: `its components are nested deeper than ${MAX_DEPTH}`,
      });
    }
    read(component, collector);
    for (const inner of recordsOf(component['components'])) waiting.push({ component: inner, depth: depth + 1 });
  }
  return collector.inventory();
}

function read(component: Json, collector: Collector): void {
  const type = textOf(component['type']) ?? 'library';
  const name = textOf(component['name']) ?? 'without a name';
  const version = textOf(component['version']);
  if (type === 'operating-system') {
    const prettyName = textOf(component['description']);
    collector.system(
      parseOsRecord(propertiesOf(component).get(OS_PROPERTY), name, version) ?? {
        id: name.toLowerCase(),
        idLike: [],
        ...(version !== undefined && { versionId: version }),
        ...(prettyName !== undefined && { prettyName }),
      },
    );
    return;
  }
  const purl = textOf(component['purl']);
  if (NO_PACKAGES.has(type) && purl === undefined) return;
  // A lock file or an archive that only holds other components (as trivy writes them) is no package itself.
  if (purl === undefined && version === undefined && type === 'application') return;
  const properties = propertiesOf(component);
  collector.add({
    name,
    purl,
    record: properties.get(RECORD_PROPERTY),
    path: properties.get('syft:location:0:path') ?? properties.get('aquasecurity:trivy:FilePath'),
    layer: properties.get('syft:location:0:layerID') ?? properties.get('aquasecurity:trivy:LayerDiffID'),
    source: sourceOf(properties),
    licenses: licensesOf(component),
  });
}

function propertiesOf(component: Json): ReadonlyMap<string, string | undefined> {
  return new Map(
    recordsOf(component['properties']).map((property) => [textOf(property['name']) ?? '', textOf(property['value'])]),
  );
}

/** Trivy writes a distribution's source package into properties, in the parts RPM has. */
function sourceOf(properties: ReadonlyMap<string, string | undefined>): SourcePackage | undefined {
  const of = (part: string): string | undefined => properties.get(`aquasecurity:trivy:Src${part}`);
  const name = of('Name');
  if (name === undefined) return undefined;
  const epoch = of('Epoch');
  const version = [of('Version'), of('Release')].filter((part) => part !== undefined).join('-');
  if (version === '') return { name };
  return { name, version: epoch === undefined || epoch === '0' ? version : `${epoch}:${version}` };
}

function licensesOf(component: Json): readonly string[] {
  return recordsOf(component['licenses']).flatMap((choice) => {
    const [license] = recordsOf([choice['license']]);
    return textOf(license?.['id']) ?? textOf(license?.['name']) ?? textOf(choice['expression']) ?? [];
  });
}
