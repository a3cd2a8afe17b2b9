import type { Collector } from '../reading/collector.ts';
import { wholeFileReader } from '../reading/define-reader.ts';
import { baseName } from '../reading/paths.ts';
import { ZipFile } from '../reading/zip/zip.ts';
import { type Coordinates, coordinatesOfManifest, coordinatesOfProperties } from './coordinates.ts';

/** Spring Boot and Quarkus make JARs of 50 to 200 MiB. */
const MAX_BYTES = 256 * 1024 * 1024;
/** An EAR holds WARs that hold JARs; deeper is no application. */
const MAX_DEPTH = 6;
/** What all archives inside one file may unpack to, together. */
const MAX_UNPACKED = 512 * 1024 * 1024;
/** A manifest with the digests of every class has a few MiB. */
const MAX_TEXT = 16 * 1024 * 1024;
/** Archives inside one file. */
const MAX_ARCHIVES = 20_000;
const ARCHIVE = /\.(?:jar|war|ear|par|sar|har|hpi|jpi|kar|nar|lpkg)$/i;
const PROPERTIES = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MANIFEST = 'META-INF/MANIFEST.MF';

/**
 * Java archives and those inside them. What an archive is, its pom.properties say (several, where others were merged
 * into it); without them its manifest and its file name do.
 */
export const javaReader = wholeFileReader({
  id: 'java',
  version: 1,
  maxBytes: MAX_BYTES,
  wants: ({ path, size }) => size > 0 && ARCHIVE.test(path),
  read(content, found, { path }) {
    const scan: Scan = { found, unpacked: 0, archives: 0 };
    readArchive(content, baseName(path), [], scan);
  },
});

interface Scan {
  readonly found: Collector;
  unpacked: number;
  archives: number;
}

function readArchive(bytes: Buffer, fileName: string, within: readonly string[], scan: Scan): void {
  scan.archives += 1;
  if (scan.archives > MAX_ARCHIVES) {
    if (scan.archives === MAX_ARCHIVES + 1) scan.found.gap('limit', `more than ${MAX_ARCHIVES} archives inside it`);
    return;
  }
  const zip = ZipFile.open(bytes);
  if (zip === undefined) {
    scan.found.gap('corrupt', `${placeOf(within)} is no ZIP archive, or is cut short`);
    return;
  }
  if (zip.isCut) scan.found.gap('corrupt', `the directory of ${placeOf(within)} is cut short`);
  const declared: Coordinates[] = [];
  let manifest: Buffer | undefined;
  for (const entry of zip.entries) {
    if (ARCHIVE.test(entry.name)) readNested(zip, entry, within, scan);
    else if (entry.name === MANIFEST) manifest ??= contentOf(zip, entry, MAX_TEXT, within, scan);
    else if (PROPERTIES.test(entry.name)) {
      const text = contentOf(zip, entry, MAX_TEXT, within, scan);
      const coordinates = text && coordinatesOfProperties(text.toString('utf8'));
      if (coordinates !== undefined) declared.push(coordinates);
    }
  }
  const own = declared.length > 0 ? declared : [coordinatesOfManifest(manifest?.toString('utf8') ?? '', fileName)];
  for (const one of own) if (one !== undefined) addPackage(one, within, scan.found);
}

function readNested(zip: ZipFile, entry: ZipFile['entries'][number], within: readonly string[], scan: Scan): void {
  if (entry.name.endsWith('/') || entry.size === 0) return;
  const inner = [...within, entry.name];
  if (inner.length > MAX_DEPTH) {
    scan.found.gap('limit', `${placeOf(inner)} is nested too deeply`);
    return;
  }
  const content = contentOf(zip, entry, MAX_BYTES, within, scan);
  if (content !== undefined) readArchive(content, baseName(entry.name), inner, scan);
}

function contentOf(
  zip: ZipFile,
  entry: ZipFile['entries'][number],
  limit: number,
  within: readonly string[],
  scan: Scan,
): Buffer | undefined {
  const result = zip.read(entry, Math.min(limit, MAX_UNPACKED - scan.unpacked));
  // Also what failed has cost that much.
  if (entry.size <= limit) scan.unpacked += Math.max(entry.size, entry.compressedSize);
  if ('content' in result) return result.content;
  scan.found.gap(result.problem, `${placeOf([...within, entry.name])} could not be unpacked: ${WHY[result.problem]}`);
  return undefined;
}

const WHY = {
  corrupt: 'its data contradict the directory',
  'too-large': 'it is larger than is read',
  encrypted: 'it is encrypted',
  unsupported: 'its compression method is not read',
} as const;

function addPackage({ group, artifact, version }: Coordinates, within: readonly string[], found: Collector): void {
  if (version === undefined || version.includes('${')) {
    found.unresolved(artifact);
    return;
  }
  found.add({
    type: 'maven',
    ...(group !== undefined && { namespace: group }),
    name: artifact,
    version,
    ...(within.length > 0 && { within }),
  });
}

/** Names of entries come from the archive: safe to print, and short. */
function placeOf(within: readonly string[]): string {
  return within.length === 0
    ? 'it'
    : within
        .join('!')
        .replace(/\p{Cc}/gu, '\uFFFD')
        .slice(-200);
}
