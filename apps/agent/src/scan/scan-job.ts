import { z } from 'zod';

/** What the process that scans is told, as one line of JSON. */
export const ScanJob = z.strictObject({
  kind: z.enum(['container', 'node']),
  /** A process whose root is read. */
  pid: z.int().min(1),
  /** What the SBOM is about, for people. */
  name: z.string(),
  /** Where the SBOM is written. */
  output: z.string(),
  version: z.string(),
});
export type ScanJob = z.output<typeof ScanJob>;

/** What it found, as one line of JSON. */
export const ScanResult = z.strictObject({
  packages: z.int(),
  /** What could not be looked at. */
  gaps: z.int(),
  files: z.int(),
});
export type ScanResult = z.output<typeof ScanResult>;
