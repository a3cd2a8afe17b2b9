import { ScanError } from '../error.ts';
import type { Inventory } from '../image/inventory.ts';
import { readCycloneDx } from './cyclonedx.ts';
import { isRecord } from './json.ts';
import { readSpdx } from './spdx.ts';

/** The SBOM of an image with 100,000 packages is a tenth of this; V8 holds no string above half a gigabyte. */
export const MAX_SBOM_BYTES = 256 * 1024 * 1024;

/** An SBOM as an inventory, and which format it was. */
export interface ReadSbom {
  readonly inventory: Inventory;
  /** Such as `CycloneDX 1.6` or `SPDX 2.3`. */
  readonly format: string;
}

/**
 * Reads CycloneDX JSON 1.4 to 1.7 and SPDX JSON 2.2 and 2.3, also as the predicate of an in-toto statement. Components
 * that cannot be judged (no package URL, or one of a type that is not read) are gaps. Throws one `INVALID_SBOM` for
 * anything else. `name` is the file's, for messages and for packages that say no place of their own.
 */
export function readSbom(content: Buffer, name: string): ReadSbom {
  if (content.length > MAX_SBOM_BYTES) throw invalid(name, `it is larger than ${MAX_SBOM_BYTES / 1024 / 1024} MiB`);
  const document = parse(content, name);
  if (!isRecord(document)) throw invalid(name, 'it is JSON, but no object');
  const sbom = isRecord(document['predicate']) ? document['predicate'] : document;
  if (sbom['bomFormat'] === 'CycloneDX') {
    const version = sbom['specVersion'];
    if (version !== '1.4' && version !== '1.5' && version !== '1.6' && version !== '1.7') {
      throw invalid(name, `it is CycloneDX ${words(version)}, and only 1.4 to 1.7 are read`);
    }
    return { inventory: readCycloneDx(sbom, name), format: `CycloneDX ${version}` };
  }
  if (typeof sbom['spdxVersion'] === 'string') {
    const version = sbom['spdxVersion'];
    if (version !== 'SPDX-2.2' && version !== 'SPDX-2.3') {
      throw invalid(name, `it is ${words(version)}, and only SPDX-2.2 and SPDX-2.3 are read`);
    }
    return { inventory: readSpdx(sbom, name), format: `SPDX ${version.slice(5)}` };
  }
  throw invalid(name, whatItIs(sbom));
}

function parse(content: Buffer, name: string): unknown {
  const text = content.toString('utf8').replace(/^\ufeff/, '');
  const start = text.slice(0, 4096).trimStart();
  if (start === '') throw invalid(name, 'it is empty');
  if (start.startsWith('<')) throw invalid(name, 'it is XML, and only JSON is read', 'convert it to JSON');
  if (/^SPDXVersion:/m.test(start))
    throw invalid(name, 'it is SPDX tag-value, and only JSON is read', 'convert it to JSON');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(
      name,
      `it is no JSON (${cause instanceof Error ? cause.message.slice(0, 120) : 'it cannot be parsed'})`,
    );
  }
}

function whatItIs(document: Readonly<Record<string, unknown>>): string {
  const context = JSON.stringify(document['@context'] ?? '').slice(0, 200);
  if (context.includes('openvex')) return 'it is an OpenVEX document, which goes to --vex';
  if (context.includes('spdx.org/rdf/3')) return 'it is SPDX 3, and only SPDX-2.2 and SPDX-2.3 are read';
  if (isRecord(document['document']) && 'csaf_version' in document['document'])
    return 'it is a CSAF document, which goes to --vex';
  if (Array.isArray(document['runs'])) return 'it is a SARIF report';
  if ('schemaVersion' in document && 'findings' in document) return 'it is a scan report';
  return 'it is neither CycloneDX nor SPDX';
}

function words(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : 'of no version';
}

function invalid(name: string, why: string, fix = 'give CycloneDX or SPDX as JSON'): ScanError {
  return new ScanError('INVALID_SBOM', { what: `cannot read ${JSON.stringify(name)} as an SBOM`, why, fix });
}
