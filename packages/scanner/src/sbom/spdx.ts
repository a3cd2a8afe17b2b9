import type { Inventory } from '../image/inventory.ts';
import type { SourcePackage } from '../package/package.ts';
import { Collector } from './collect.ts';
import { isListOrAbsent, noList, recordsOf, textOf } from './json.ts';
import { parseOsRecord } from './record.ts';

type Json = Readonly<Record<string, unknown>>;

/** Reads the packages of an SPDX 2 document; what the document describes (its subject) is none of them. */
export function readSpdx(document: Json, name: string): Inventory {
  const collector = new Collector(name);
  const subjects = subjectsOf(document);
  if (!isListOrAbsent(document['packages'])) throw noList(name, 'packages');
  for (const one of recordsOf(document['packages'])) read(one, subjects, collector);
  return collector.inventory();
}

function read(one: Json, subjects: ReadonlySet<string>, collector: Collector): void {
  const name = textOf(one['name']) ?? 'without a name';
  const purpose = textOf(one['primaryPackagePurpose'])?.replace('-', '_');
  if (purpose === 'OPERATING_SYSTEM') {
    const versionId = textOf(one['versionInfo']);
    const prettyName = textOf(one['summary']);
    collector.system(
      parseOsRecord(commentOf(one, '{"id":'), name, versionId) ?? {
        id: name.toLowerCase(),
        idLike: [],
        ...(versionId !== undefined && { versionId }),
        ...(prettyName !== undefined && { prettyName }),
      },
    );
    return;
  }
  const purl = recordsOf(one['externalRefs'])
    .filter((reference) => reference['referenceType'] === 'purl')
    .map((reference) => textOf(reference['referenceLocator']))
    .find((locator) => locator !== undefined);
  const id = textOf(one['SPDXID']) ?? '';
  if (
    subjects.has(id) ||
    (purl === undefined && (purpose === 'APPLICATION' || purpose === 'CONTAINER' || purpose === 'SOURCE'))
  )
    return;
  collector.add({
    name,
    purl,
    record: commentOf(one, '{"reader":'),
    source: builtFrom(textOf(one['sourceInfo'])),
    licenses: licensesOf(textOf(one['licenseDeclared'])),
  });
}

function commentOf(one: Json, start: string): string | undefined {
  return recordsOf(one['annotations'])
    .map((annotation) => textOf(annotation['comment']))
    .find((comment) => comment?.startsWith(start));
}

function subjectsOf(document: Json): ReadonlySet<string> {
  const described = Array.isArray(document['documentDescribes']) ? document['documentDescribes'] : [];
  const related = recordsOf(document['relationships'])
    .filter(({ relationshipType }) => relationshipType === 'DESCRIBES')
    .map(({ relatedSpdxElement }) => relatedSpdxElement);
  const subjects = [...described, ...related].filter((id) => typeof id === 'string');
  // A document that describes all its packages, as simple tools write, has no subject beside them.
  return subjects.length > 1 ? new Set() : new Set(subjects);
}

/** `built package from: openssl 3.0.9-1`, as trivy writes a distribution's source package. */
function builtFrom(info: string | undefined): SourcePackage | undefined {
  const match = /^built package from: (\S+) (\S+)$/.exec(info ?? '');
  return match?.[1] === undefined || match[2] === undefined ? undefined : { name: match[1], version: match[2] };
}

function licensesOf(declared: string | undefined): readonly string[] {
  return declared === undefined || declared === 'NOASSERTION' || declared === 'NONE' ? [] : [declared];
}
