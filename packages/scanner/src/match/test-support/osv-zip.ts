import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { inflateRawSync } from 'node:zlib';
import type { Advisory, AffectedPackage, VersionRange } from '../../advisory/advisory.ts';
import type { AdvisorySource } from '../../advisory/ports.ts';
import { memorySource } from './memory-source.ts';

/** Real feeds in the layout of OSV's bucket; they lie outside this repository. */
export const OSV_FOLDER = fileURLToPath(new URL('../../../../../../shared/data/osv/', import.meta.url));

export function hasOsv(): boolean {
  return existsSync(OSV_FOLDER);
}

interface OsvRecord {
  readonly id: string;
  readonly summary?: string;
  readonly modified: string;
  readonly withdrawn?: string;
  readonly aliases?: readonly string[];
  readonly upstream?: readonly string[];
  readonly related?: readonly string[];
  readonly affected?: readonly {
    readonly package: { readonly ecosystem: string; readonly name: string };
    readonly ranges?: readonly VersionRange[];
    readonly versions?: readonly string[];
  }[];
}

/** One feed as an advisory source in memory. */
export function osvSource(feed: 'AlmaLinux' | 'Go'): AdvisorySource & { readonly all: readonly AffectedPackage[] } {
  const advisories: Advisory[] = [];
  const affected: AffectedPackage[] = [];
  for (const text of zipEntries(readFileSync(`${OSV_FOLDER}${feed}/all.zip`))) {
    const record = JSON.parse(text) as OsvRecord;
    advisories.push(reduced(feed, record));
    for (const one of record.affected ?? []) {
      affected.push({
        advisory: record.id,
        ecosystem: one.package.ecosystem,
        name: one.package.name,
        ranges: one.ranges ?? [],
        versions: one.versions ?? [],
      });
    }
  }
  return { ...memorySource({ advisories, affected }), all: affected };
}

function reduced(feed: string, record: OsvRecord): Advisory {
  const related = feed === 'AlmaLinux' ? (record.related ?? []) : [];
  return {
    id: record.id,
    source: feed,
    aliases: [...(record.aliases ?? []), ...(record.upstream ?? []), ...related],
    summary: record.summary ?? '',
    modified: record.modified,
    ...(record.withdrawn !== undefined && { withdrawn: record.withdrawn }),
    severity: 'unknown',
    cvss: [],
    cwes: [],
    references: [],
    security: !/^AL[BE]A-/.test(record.id),
  };
}

/** The files of a ZIP archive, read by its central directory (PKWARE APPNOTE 4.3.12). */
function* zipEntries(zip: Buffer): Generator<string> {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const size = zip.readUInt32LE(at + 20);
    const name = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
    const body = zip.subarray(from, from + size);
    if (size > 0) yield (zip.readUInt16LE(at + 10) === 8 ? inflateRawSync(body) : body).toString('utf8');
    at += 46 + name + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}
