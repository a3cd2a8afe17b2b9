import type { Finding } from './finding/finding.ts';
import type { IgnoreEntry } from './ignore/ignore.ts';
import type { ReadSbom } from './sbom/read-sbom.ts';
import type { VexStatement } from './vex/statement.ts';

// Documents that users bring. What reads them is loaded when one is brought: most scans bring none.

/** Reads CycloneDX or SPDX as JSON; rejects with `INVALID_SBOM`. `name` is the file's. */
export async function readSbom(content: Buffer, name: string): Promise<ReadSbom> {
  return (await import('./sbom/read-sbom.ts')).readSbom(content, name);
}

/** Reads OpenVEX, CycloneDX or CSAF; rejects with `INVALID_VEX`. */
export async function readVex(content: Buffer, name: string): Promise<readonly VexStatement[]> {
  return (await import('./vex/read-vex.ts')).readVex(content, name);
}

/** Reads an ignore file in one of its three forms; rejects with `INVALID_IGNORE_FILE`. */
export async function readIgnoreFile(content: Buffer, name: string): Promise<readonly IgnoreEntry[]> {
  return (await import('./ignore/read-ignore-file.ts')).readIgnoreFile(content, name);
}

/** Reads findings as a control plane has kept them; nothing where they are none. */
export async function readFindings(items: unknown): Promise<readonly Finding[] | undefined> {
  return (await import('./report/json/read-findings.ts')).readFindings(items);
}

/** The JSON Schemas of what this package writes, by the file name they are published under. */
export async function scanJsonSchemas(): Promise<Readonly<Record<string, object>>> {
  return (await import('./report/json/json-schema.ts')).jsonSchemas();
}
