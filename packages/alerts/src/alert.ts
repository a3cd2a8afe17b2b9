import { SEVERITIES } from '@bulkhead/core';
import { z } from 'zod';

/** Longer than any name of Kubernetes. */
export const MAX_NAME = 253;
export const MAX_KIND = 64;
export const MAX_TITLE = 300;
/** An identifier, or the digest of a cause in hexadecimal. */
export const MAX_ID = 64;

/** One thing that somebody is told of, as it is kept until every sink has it. What is in it came from workloads: text is hostile. */
export const Alert = z.object({
  /** Unique: who gets an alert twice knows it by this. */
  id: z.string().min(1).max(MAX_ID),
  /** What happened, by the name of the event: `finding`, `flow-denied`, `events-lost` … */
  kind: z.string().min(1).max(MAX_KIND),
  severity: z.enum(SEVERITIES),
  /** A sentence for people. */
  title: z.string().min(1).max(MAX_TITLE),
  /** When it was raised; ISO 8601 in UTC, as all times of it. */
  at: z.iso.datetime(),
  firstSeen: z.iso.datetime(),
  lastSeen: z.iso.datetime(),
  /** Observations that it stands for. */
  count: z.int().min(1),
  /** Equal for alerts of one cause. */
  cause: z.string().min(1).max(MAX_ID),
  namespace: z.string().max(MAX_NAME).optional(),
  workload: z.string().max(MAX_NAME).optional(),
  /** Identifier of the incident that it is about. */
  incident: z.int().optional(),
  /** The ResponseRule that asked for it. */
  rule: z.string().max(MAX_NAME).optional(),
});
export type Alert = Readonly<z.infer<typeof Alert>>;

/** What an alert that only tries a sink says it is. */
const TEST_KIND = 'test';

/** An alert that says nothing but that it arrived. */
export function testAlert(id: string, sink: string, at: string): Alert {
  return {
    id,
    kind: TEST_KIND,
    severity: 'low',
    title: `a test of the alert sink ${sink}: nothing has happened`,
    at,
    firstSeen: at,
    lastSeen: at,
    count: 1,
    cause: `${TEST_KIND}:${sink}`.slice(0, MAX_ID),
  };
}
