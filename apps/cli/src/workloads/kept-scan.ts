import { z } from 'zod';
import { workloadName } from '../api/workload-name.ts';

/** A scan of a container or a node as an api tells of it. What later apis add is passed over. */
export const KeptScan = z.object({
  scan: z.string(),
  node: z.string(),
  workload: z
    .object({ id: z.string(), name: z.string(), namespace: z.string().optional(), pod: z.string().optional() })
    .optional(),
  state: z.enum(['reading', 'fetching', 'queued', 'matching', 'done', 'failed']),
  since: z.string(),
  waitsFor: z.string().optional(),
  failure: z.object({ code: z.string(), message: z.string() }).optional(),
  scannedAt: z.string().optional(),
  gaps: z.int().optional(),
  advisories: z
    .object({
      schema: z.number(),
      builtAt: z.string(),
      checkedAt: z.string(),
      newest: z.string(),
      sources: z.array(z.object({ name: z.string(), records: z.number(), newest: z.string(), checkedAt: z.string() })),
    })
    .optional(),
  vulnerabilities: z.record(z.string(), z.number()),
});
export type KeptScan = z.output<typeof KeptScan>;

/** What was scanned, for people. */
export function placeName({ workload, node }: Pick<KeptScan, 'workload' | 'node'>): string {
  return workload === undefined ? `the node ${node}` : workloadName(workload);
}
