import { z } from 'zod';
import { WorkloadGroupDocument } from './group/schema.ts';

/** The JSON Schemas of the documents this package reads, by the file name they are published under. */
export function jsonSchemas(): Readonly<Record<string, object>> {
  return { 'workload-group.schema.json': z.toJSONSchema(WorkloadGroupDocument, { io: 'input' }) };
}
