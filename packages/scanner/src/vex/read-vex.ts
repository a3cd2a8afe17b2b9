import { isRecord } from '../sbom/json.ts';
import { readCsaf } from './csaf.ts';
import { readCycloneDxVex } from './cyclonedx.ts';
import { invalidVex } from './invalid-vex.ts';
import { readOpenVex } from './openvex.ts';
import type { VexStatement } from './statement.ts';

/** The largest published CSAF documents are a few tens of megabytes. */
export const MAX_VEX_BYTES = 128 * 1024 * 1024;

/**
 * Reads OpenVEX 0.2.0, the analyses of a CycloneDX BOM or VEX, and CSAF 2.0. Throws one `INVALID_VEX` for anything else:
 * a statement that is not understood must not silently suppress nothing.
 */
export function readVex(content: Buffer, name: string): readonly VexStatement[] {
  if (content.length > MAX_VEX_BYTES) throw invalidVex(name, `it is larger than ${MAX_VEX_BYTES / 1024 / 1024} MiB`);
  let document: unknown;
  try {
    document = JSON.parse(content.toString('utf8').replace(/^\ufeff/, ''));
  } catch (cause) {
    throw invalidVex(
      name,
      `it is no JSON (${cause instanceof Error ? cause.message.slice(0, 120) : 'it cannot be parsed'})`,
    );
  }
  if (!isRecord(document)) throw invalidVex(name, 'it is JSON, but no object');
  const vex = isRecord(document['predicate']) ? document['predicate'] : document;
  if (vex['bomFormat'] === 'CycloneDX') return readCycloneDxVex(vex, name);
  if (isRecord(vex['document']) && 'csaf_version' in vex['document']) return readCsaf(vex, name);
  if (JSON.stringify(vex['@context'] ?? '').includes('openvex')) return readOpenVex(vex, name);
  throw invalidVex(name, 'it is neither OpenVEX, CycloneDX nor CSAF');
}
