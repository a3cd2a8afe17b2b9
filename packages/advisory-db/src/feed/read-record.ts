import type { Advisory, AffectedPackage } from '@bulkhead/scanner';
import type { z } from 'zod';
import { MAX_RECORD_BYTES, OsvRecord } from './osv-schema.ts';
import { reduceAdvisory } from './reduce-advisory.ts';
import { reduceAffected } from './reduce-affected.ts';

/** What became of one record of a feed. Only the first kind is stored; the others are counted. */
export type RecordReading =
  | { readonly outcome: 'advisory'; readonly advisory: Advisory; readonly affected: readonly AffectedPackage[] }
  | { readonly outcome: 'withdrawn' | 'unmatchable'; readonly id: string; readonly modified: string }
  | { readonly outcome: 'rejected'; readonly reason: string };

/** Reasons are shown one a line. */
const MAX_REASON_LENGTH = 300;

/** Reads one OSV record as `source` publishes it. Never throws: what it cannot read it rejects with a reason. */
export function readRecord(source: string, bytes: Uint8Array): RecordReading {
  if (bytes.length > MAX_RECORD_BYTES) return rejected(`it has ${bytes.length} bytes, more than ${MAX_RECORD_BYTES}`);
  let json: unknown;
  try {
    json = JSON.parse(DECODER.decode(bytes));
  } catch (error) {
    return rejected(`it is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = OsvRecord.safeParse(json);
  if (!parsed.success) return rejected(describe(parsed.error));

  const record = parsed.data;
  if (record.withdrawn != null) return { outcome: 'withdrawn', id: record.id, modified: record.modified };
  const affected = reduceAffected(source, record);
  if (affected.length === 0) return { outcome: 'unmatchable', id: record.id, modified: record.modified };
  return { outcome: 'advisory', advisory: reduceAdvisory(source, record), affected };
}

const DECODER = new TextDecoder('utf-8', { fatal: true });

function rejected(reason: string): RecordReading {
  return { outcome: 'rejected', reason: reason.slice(0, MAX_REASON_LENGTH) };
}

/** The first problem of a record that does not fit the schema: where and what. */
function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return 'it does not fit the OSV schema';
  const path = issue.path.map(String).join('.');
  return `${path === '' ? 'it' : path}: ${issue.message}`;
}
