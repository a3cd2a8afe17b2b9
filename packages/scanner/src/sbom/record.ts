import { z } from 'zod';
import type { OsRelease } from '../package/os-release.ts';
import { type LocatedPackage, PACKAGE_TYPES } from '../package/package.ts';

/** Name of the CycloneDX property that holds a package's record. */
export const RECORD_PROPERTY = 'bulkhead:package';

/**
 * A package as it was found, as text. It travels beside the package URL (a property in CycloneDX, an annotation in
 * SPDX), so that an SBOM read back gives the packages it was made from, with where and by whom they were found.
 */
export function packageRecord(subject: LocatedPackage): string {
  const { reader, ...rest } = subject;
  return JSON.stringify({ reader, ...rest });
}

/** Longer ones are not ours. */
const MAX_LENGTH = 64 * 1024;

const text = z.string();
const Record = z.strictObject({
  reader: text,
  type: z.enum(PACKAGE_TYPES),
  namespace: text.optional(),
  name: text,
  version: text,
  arch: text.optional(),
  source: z.strictObject({ name: text, version: text.optional() }).optional(),
  licenses: z.array(text).optional(),
  vendor: text.optional(),
  modularity: text.optional(),
  scope: z.enum(['development', 'optional']).optional(),
  integrity: text.optional(),
  location: z.strictObject({
    path: text,
    within: z.array(text).optional(),
    line: z.int().optional(),
    layer: text.optional(),
  }),
});

/** Reads a record back; undefined where the text is none of ours, since anybody may write properties and comments. */
export function parsePackageRecord(record: string): LocatedPackage | undefined {
  if (record.length > MAX_LENGTH || !record.startsWith('{"reader":')) return undefined;
  try {
    return Record.safeParse(JSON.parse(record)).data as LocatedPackage | undefined;
  } catch {
    return undefined;
  }
}

/** Name of the CycloneDX property that holds the operating system's record. */
export const OS_PROPERTY = 'bulkhead:os';

const Os = z.strictObject({
  id: text,
  idLike: z.array(text),
  versionId: text.optional(),
  versionCodename: text.optional(),
  prettyName: text.optional(),
  cpeName: text.optional(),
});

/** What os-release said, as text. */
export function osRecord({ id, idLike, versionId, versionCodename, prettyName, cpeName }: OsRelease): string {
  return JSON.stringify({ id, idLike, versionId, versionCodename, prettyName, cpeName });
}

/** Reads the operating system's record back; undefined where it is none, or one of another system. */
export function parseOsRecord(
  record: string | undefined,
  id: string,
  versionId: string | undefined,
): OsRelease | undefined {
  if (record === undefined || record.length > MAX_LENGTH) return undefined;
  try {
    const os = Os.safeParse(JSON.parse(record)).data as OsRelease | undefined;
    return os?.id === id && os.versionId === versionId ? os : undefined;
  } catch {
    return undefined;
  }
}
