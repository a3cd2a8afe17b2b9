import { z } from 'zod';
import { DataSensorDocument } from '../sensor/schema.ts';
import { FindingEvidence, OcsfFinding } from './ocsf.ts';
import { CaptureReport, TextReport } from './schema.ts';

/** The JSON Schemas of what this package reads and writes, by the file name they are published under. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    'capture-report.schema.json': z.toJSONSchema(CaptureReport),
    'finding.schema.json': z.toJSONSchema(FindingEvidence),
    'ocsf-finding.schema.json': z.toJSONSchema(OcsfFinding),
    'text-report.schema.json': z.toJSONSchema(TextReport),
    'data-sensor.schema.json': z.toJSONSchema(DataSensorDocument, { io: 'input' }),
  };
}
