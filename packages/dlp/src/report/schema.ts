import { CONFIDENCES, DIRECTIONS, VERDICTS } from '@bulkhead/core';
import { z } from 'zod';

/** Raised when a field changes meaning or disappears; new fields do not raise it. */
export const SCHEMA_VERSION = 1;

const count = z.int().nonnegative();

const datum = {
  detector: z.string().describe('id of the detector, or of a literal'),
  sensor: z.string().describe('name of the sensor that listens to it'),
  confidence: z.enum(CONFIDENCES),
  verdict: z.enum(VERDICTS).describe('what the sensor would do with this traffic in a protected workload'),
  masked: z.string().describe('the datum with its secret part replaced; the datum itself is in no report'),
};

const encodings = z
  .array(z.string())
  .describe('what was taken off within the field to find the datum, such as base64 or percent, from the outermost on');

/** One finding in a capture. */
export const CaptureFinding = z.strictObject({
  ...datum,
  knownTest: z.boolean().describe('whether it is a published test value'),
  protocol: z.string(),
  field: z.string().describe('where in the message, such as body.cardNumber or head.authorization'),
  subject: z
    .string()
    .describe('method and path, shape of a statement or command, without values; empty where there is none'),
  direction: z.enum(DIRECTIONS),
  client: z.string().describe('address and port, [address]:port for IPv6'),
  server: z.string(),
  time: z.iso.datetime().describe('of that packet, as the capture has it'),
  packet: count.describe('number of the packet in the file, from 1, that completed the datum'),
  offset: count.describe('of the first byte of the datum in the field: of its encoded form where there are encodings'),
  length: count.describe('bytes of the datum as written, separators and encoding included'),
  encodings,
});
export type CaptureFinding = z.infer<typeof CaptureFinding>;

const notInspected = {
  bytesNotInspected: count,
  notInspectedReasons: z
    .record(z.string(), count)
    .describe('bytes that were not inspected, by reason; 0 where their number is not known'),
};

/** What was seen of one capture besides findings. */
export const CaptureCounts = z.strictObject({
  file: z.string(),
  packets: count,
  bytes: count.describe('bytes of the packets as captured'),
  sessions: count,
  ...notInspected,
});
export type CaptureCounts = z.infer<typeof CaptureCounts>;

const failures = z
  .array(z.strictObject({ file: z.string(), code: z.string(), message: z.string() }))
  .optional()
  .describe('files that could not be inspected; absent when all could');

export const CaptureReport = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    files: z.array(CaptureCounts.extend({ findings: z.array(CaptureFinding) })),
    errors: failures,
  })
  .describe('Output of "bulkhead dlp inspect --format json"');
export type CaptureReport = z.infer<typeof CaptureReport>;

/** One finding in a file or text that is no capture. */
export const TextFinding = z.strictObject({
  ...datum,
  key: z.string().describe('the field name in front of the datum, empty when there is none'),
  offset: count.describe('of the first byte of the datum in the file: of its encoded form where there are encodings'),
  encodings,
});
export type TextFinding = z.infer<typeof TextFinding>;

/** What was seen of one text besides findings. */
export const TextCounts = z.strictObject({ file: z.string(), bytes: count, ...notInspected });
export type TextCounts = z.infer<typeof TextCounts>;

export const TextReport = z
  .strictObject({
    schemaVersion: z.literal(SCHEMA_VERSION),
    files: z.array(TextCounts.extend({ findings: z.array(TextFinding) })),
    errors: failures,
  })
  .describe('Output of "bulkhead dlp scan --format json"');
export type TextReport = z.infer<typeof TextReport>;

/** A file that could not be looked into. It is never silently missing from a report. */
export interface FileFailure {
  readonly file: string;
  readonly code: string;
  readonly message: string;
}
