import { createHash } from 'node:crypto';
import { SPDX } from '@cyclonedx/cyclonedx-library';
import type { LocatedPackage } from '../../package/package.ts';
import { toPurl } from '../../package/purl.ts';
import { osRecord, packageRecord } from '../../sbom/record.ts';
import type { ReportOptions } from '../format.ts';
import { isoSeconds } from '../model/age.ts';
import { uuidOf } from '../model/fingerprint.ts';
import { hashOf } from '../model/integrity.ts';
import { fullName } from '../model/words.ts';
import type { ScanReport } from '../scan-report.ts';
import { spdxLicence } from './licence.ts';

const ROOT = 'SPDXRef-Subject';
const SYSTEM = 'SPDXRef-OperatingSystem';
const NOTHING = 'NOASSERTION';

/**
 * An SPDX 2.3 document: the subject, its operating system and every package, by package URL. What the format has no
 * field for (the reader, the file, the layer) is an annotation, with which `bulkhead sbom` reads the packages back.
 */
export function* spdxReport(report: ScanReport, options: ReportOptions): Generator<string> {
  const created = isoSeconds(options.createdAt);
  const creator = `Tool: ${options.tool.name}-${options.tool.version}`;
  const by = { created, creator };
  const extracted = new Map<string, string>();
  const packages = report.packages.map((one) => {
    const licence = spdxLicence(one.licenses, SPDX.isSupportedSpdxId);
    for (const [id, text] of licence.extracted) extracted.set(id, text);
    return packageOf(one, report, licence.expression, by);
  });
  const system = systemOf(report, by);
  const content = createHash('sha256')
    .update(JSON.stringify([report.subject, packages]))
    .digest('hex');

  yield `${JSON.stringify(
    {
      spdxVersion: 'SPDX-2.3',
      dataLicense: 'CC0-1.0',
      SPDXID: 'SPDXRef-DOCUMENT',
      name: nameOf(report),
      documentNamespace: `https://spdx.org/spdxdocs/${options.tool.name}-${uuidOf(content)}`,
      creationInfo: { created, creators: [creator, `Organization: ${options.tool.name}`] },
      packages: [subjectOf(report), ...(system === undefined ? [] : [system]), ...packages],
      ...(extracted.size > 0 && {
        hasExtractedLicensingInfos: [...extracted]
          .toSorted(([a], [b]) => (a < b ? -1 : 1))
          .map(([licenseId, extractedText]) => ({ licenseId, extractedText })),
      }),
      relationships: [
        relation('SPDXRef-DOCUMENT', 'DESCRIBES', ROOT),
        ...(system === undefined ? [] : [relation(ROOT, 'CONTAINS', SYSTEM)]),
        ...packages.map(({ SPDXID }) => relation(ROOT, 'CONTAINS', SPDXID)),
      ],
    },
    null,
    1,
  )}\n`;
}

interface Maker {
  readonly created: string;
  readonly creator: string;
}

function annotation(comment: string, { created, creator }: Maker): object {
  return { annotationType: 'OTHER', annotator: creator, annotationDate: created, comment };
}

function nameOf({ subject }: ScanReport): string {
  return subject.name === '' ? subject.kind : subject.name;
}

function subjectOf(report: ScanReport): object {
  const { subject } = report;
  return {
    SPDXID: ROOT,
    name: nameOf(report),
    ...(subject.kind === 'image' && { versionInfo: subject.image.digest }),
    downloadLocation: NOTHING,
    filesAnalyzed: false,
    primaryPackagePurpose: subject.kind === 'image' ? 'CONTAINER' : 'OTHER',
    supplier: NOTHING,
  };
}

function systemOf({ os }: ScanReport, by: Maker): object | undefined {
  if (os === undefined) return undefined;
  return {
    SPDXID: SYSTEM,
    name: os.id,
    ...(os.versionId !== undefined && { versionInfo: os.versionId }),
    ...(os.prettyName !== undefined && { summary: os.prettyName }),
    downloadLocation: NOTHING,
    filesAnalyzed: false,
    primaryPackagePurpose: 'OPERATING_SYSTEM',
    supplier: NOTHING,
    annotations: [annotation(osRecord(os), by)],
  };
}

function packageOf(one: LocatedPackage, report: ScanReport, licence: string, by: Maker): { readonly SPDXID: string } {
  const record = packageRecord(one);
  const purl = toPurl(one, report.os);
  const checksum = hashOf(one.integrity);
  return {
    SPDXID: `SPDXRef-Package-${createHash('sha256')
      .update(JSON.stringify([purl, record]))
      .digest('hex')
      .slice(0, 24)}`,
    name: fullName(one),
    versionInfo: one.version,
    downloadLocation: NOTHING,
    filesAnalyzed: false,
    supplier: one.vendor === undefined || one.vendor === '' ? NOTHING : `Organization: ${one.vendor}`,
    licenseConcluded: NOTHING,
    licenseDeclared: licence,
    copyrightText: NOTHING,
    ...(checksum !== undefined && {
      checksums: [{ algorithm: checksum.algorithm.replace('-', ''), checksumValue: checksum.hex }],
    }),
    externalRefs: [{ referenceCategory: 'PACKAGE-MANAGER', referenceType: 'purl', referenceLocator: purl }],
    annotations: [annotation(record, by)],
  } as { readonly SPDXID: string };
}

function relation(spdxElementId: string, relationshipType: string, relatedSpdxElement: string): object {
  return { spdxElementId, relationshipType, relatedSpdxElement };
}
