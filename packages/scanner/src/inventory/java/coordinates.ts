import { isField } from '../reading/collector.ts';
import { linesOf } from '../reading/text.ts';
import { knownGroup } from './known-groups.ts';

/** Maven's name of an artifact. */
export interface Coordinates {
  readonly group?: string;
  readonly artifact: string;
  readonly version?: string;
}

/** `artifact-1.2.3-jre.jar`: the version begins at the first dash that a digit follows. */
const FILE_NAME = /^(.+?)-(\d[\w.+-]*)\.[a-z]+$/i;
/** Of file systems. */
const MAX_FILE_NAME = 255;

/** Reads pom.properties, which Maven writes into what it builds. Undefined where it names no artifact. */
export function coordinatesOfProperties(text: string): Coordinates | undefined {
  const values = new Map<string, string>();
  for (const line of linesOf(text)) {
    const match = /^(groupId|artifactId|version) ?[=:](.*)$/s.exec(line.trim());
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], match[2].trim());
  }
  const artifact = values.get('artifactId');
  if (artifact === undefined || !isField(artifact)) return undefined;
  return coordinates(values.get('groupId'), artifact, values.get('version'));
}

/**
 * What manifest and file name say together about an archive that Maven did not build. Undefined where neither names a
 * version: an application's own archive, mostly.
 */
export function coordinatesOfManifest(text: string, fileName: string): Coordinates | undefined {
  const main = mainAttributes(text);
  const named = fileName.length <= MAX_FILE_NAME ? FILE_NAME.exec(fileName) : null;
  const title = main.get('implementation-title');
  const symbolicName = main.get('bundle-symbolicname')?.split(';', 1)[0]?.trim();
  const artifact = named?.[1] ?? plainTitle(title) ?? fileName.replace(/\.[a-z]+$/i, '');
  const version =
    named?.[2] ??
    firstVersion(main.get('implementation-version'), main.get('bundle-version'), main.get('specification-version'));
  if (version === undefined || !isField(artifact)) return undefined;
  return coordinates(groupOf(main, symbolicName, artifact), artifact, version);
}

function coordinates(group: string | undefined, artifact: string, version: string | undefined): Coordinates {
  return {
    ...(group !== undefined && isField(group) && { group }),
    artifact,
    ...(version !== undefined && version !== '' && { version }),
  };
}

function groupOf(
  main: ReadonlyMap<string, string>,
  symbolicName: string | undefined,
  artifact: string,
): string | undefined {
  const known = knownGroup(artifact);
  if (known !== undefined) return known;
  const vendorId = main.get('implementation-vendor-id');
  if (vendorId !== undefined && isGroup(vendorId)) return vendorId;
  const ending = `.${artifact}`;
  const prefix = symbolicName?.endsWith(ending) ? symbolicName.slice(0, -ending.length) : undefined;
  return prefix !== undefined && isGroup(prefix) ? prefix : undefined;
}

function isGroup(text: string): boolean {
  return /^[a-z][\w-]*(?:\.[a-z][\w-]*)+$/i.test(text) && text.length <= 200;
}

/** A title that could be an artifact and not a product's name. */
function plainTitle(title: string | undefined): string | undefined {
  return title !== undefined && /^[a-z0-9][a-z0-9._-]{0,100}$/.test(title) ? title : undefined;
}

function firstVersion(...candidates: readonly (string | undefined)[]): string | undefined {
  return candidates.find((one) => one !== undefined && /^v?\d[\w.+-]*$/.test(one));
}

/** The first section of a manifest (JAR File Specification): `Name: value`, going on in lines that begin with a space. */
function mainAttributes(text: string): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  let open: { readonly name: string; readonly parts: string[] } | undefined;
  const close = (): void => {
    if (open !== undefined && !attributes.has(open.name)) attributes.set(open.name, open.parts.join('').trim());
  };
  for (const line of linesOf(text)) {
    if (line === '') break;
    if (line.startsWith(' ')) {
      open?.parts.push(line.slice(1));
      continue;
    }
    close();
    const colon = line.indexOf(':');
    open = colon > 0 ? { name: line.slice(0, colon).toLowerCase(), parts: [line.slice(colon + 1)] } : undefined;
  }
  close();
  return attributes;
}
