import { Enums, Models, Serialize, Spec } from '@cyclonedx/cyclonedx-library';
import type { LocatedPackage } from '../../package/package.ts';
import { toPurl } from '../../package/purl.ts';
import { OS_PROPERTY, osRecord, packageRecord, RECORD_PROPERTY } from '../../sbom/record.ts';
import type { ReportOptions } from '../format.ts';
import { isoSeconds } from '../model/age.ts';
import { uuidOf } from '../model/fingerprint.ts';
import { hashOf } from '../model/integrity.ts';
import type { ScanReport } from '../scan-report.ts';
import { cyclonedxVulnerabilities } from './vulnerability.ts';

/**
 * A CycloneDX 1.6 BOM: the subject, its operating system, every package, and the vulnerabilities with their analysis
 * (suppressed ones too, as `not_affected`). Its serial number follows from its content.
 */
export function* cyclonedxReport(report: ScanReport, options: ReportOptions): Generator<string> {
  const bom = new Models.Bom();
  const refs = new Map<LocatedPackage, Models.BomRef>();
  const reference = uniqueReferences();
  bom.metadata.timestamp = new Date(isoSeconds(options.createdAt));
  bom.metadata.tools.components.add(
    new Models.Component(Enums.ComponentType.Application, options.tool.name, { version: options.tool.version }),
  );
  bom.metadata.component = subjectOf(report);
  const system = systemOf(report);
  if (system !== undefined) bom.components.add(system);
  for (const one of report.packages) {
    const component = componentOf(one, report, reference);
    refs.set(one, component.bomRef);
    bom.components.add(component);
  }
  for (const vulnerability of cyclonedxVulnerabilities(report, refs)) bom.vulnerabilities.add(vulnerability);

  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  const serialized = { sortLists: true, space: 1 } as const;
  const content = serializer.serialize(bom, { sortLists: true }).replace(/"timestamp":"[^"]*"/, '');
  bom.serialNumber = `urn:uuid:${uuidOf(content)}`;
  yield `${serializer.serialize(bom, serialized)}\n`;
}

function subjectOf({ subject }: ScanReport): Models.Component {
  const name = subject.name === '' ? subject.kind : subject.name;
  const type =
    subject.kind === 'image'
      ? Enums.ComponentType.Container
      : subject.kind === 'host'
        ? Enums.ComponentType.Device
        : Enums.ComponentType.Application;
  return new Models.Component(type, name, {
    bomRef: 'subject',
    ...(subject.kind === 'image' && { version: subject.image.digest }),
  });
}

function systemOf({ os }: ScanReport): Models.Component | undefined {
  if (os === undefined) return undefined;
  const properties = new Models.PropertyRepository([new Models.Property(OS_PROPERTY, osRecord(os))]);
  return new Models.Component(Enums.ComponentType.OperatingSystem, os.id, {
    properties,
    bomRef: 'operating-system',
    ...(os.versionId !== undefined && { version: os.versionId }),
    ...(os.prettyName !== undefined && { description: os.prettyName }),
  });
}

function componentOf(one: LocatedPackage, report: ScanReport, reference: (wish: string) => string): Models.Component {
  const purl = toPurl(one, report.os);
  const hash = hashOf(one.integrity);
  const component = new Models.Component(Enums.ComponentType.Library, one.name, {
    bomRef: reference(purl),
    ...(one.namespace !== undefined && { group: one.namespace }),
    version: one.version,
    purl,
    ...(one.vendor !== undefined && { supplier: new Models.OrganizationalEntity({ name: one.vendor }) }),
    ...(one.scope !== undefined && {
      scope: one.scope === 'optional' ? Enums.ComponentScope.Optional : Enums.ComponentScope.Excluded,
    }),
  });
  if (hash !== undefined) component.hashes.set(HASHES[hash.algorithm], hash.hex);
  for (const name of new Set((one.licenses ?? []).filter((text) => text !== ''))) {
    component.licenses.add(new Models.NamedLicense(name));
  }
  component.properties.add(new Models.Property(RECORD_PROPERTY, packageRecord(one)));
  return component;
}

const HASHES = {
  'SHA-1': Enums.HashAlgorithm['SHA-1'],
  'SHA-256': Enums.HashAlgorithm['SHA-256'],
  'SHA-384': Enums.HashAlgorithm['SHA-384'],
  'SHA-512': Enums.HashAlgorithm['SHA-512'],
} as const;

/** A package that lies in two places is two components, whose references must differ. */
function uniqueReferences(): (wish: string) => string {
  const taken = new Map<string, number>();
  return (wish) => {
    const times = taken.get(wish) ?? 0;
    taken.set(wish, times + 1);
    return times === 0 ? wish : `${wish}#${times + 1}`;
  };
}
