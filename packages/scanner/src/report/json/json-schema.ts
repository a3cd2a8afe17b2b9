import { z } from 'zod';
import { JsonScanReport } from './schema.ts';

/** The JSON Schemas of what this package writes, by the file name they are published under. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return { 'scan-report.schema.json': z.toJSONSchema(JsonScanReport) };
}
