import { z } from 'zod';
import { DataSensorDocument } from '../sensor/schema.ts';
import { CaptureReport, TextReport } from './schema.ts';

/** The JSON Schemas of what this package reads and writes, by the file name they are published under. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return {
    'capture-report.schema.json': z.toJSONSchema(CaptureReport),
    'text-report.schema.json': z.toJSONSchema(TextReport),
    'data-sensor.schema.json': z.toJSONSchema(DataSensorDocument, { io: 'input' }),
  };
}
