import { type Confidence, compareText, compareVerdicts, type Direction, type Verdict } from '@bulkhead/core';
import { sensorNameOf } from '../sensor/compile.ts';
import { type OcsfFinding, ocsfFinding } from './ocsf.ts';
import type { CaptureFinding, TextFinding } from './schema.ts';

const NS_PER_MS = 1_000_000n;

/** What the inspector says about one datum in one field. */
export interface DetectedText {
  readonly detector: string;
  readonly sensor: string;
  readonly confidence: Confidence;
  readonly verdict: Verdict;
  readonly masked: string;
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly knownTest: boolean;
  /** What was taken off within the field to find it, from the outermost on. */
  readonly encodings: readonly string[];
}

/** What the inspector says about one datum in a conversation. */
export interface DetectedTraffic extends DetectedText {
  readonly protocol: string;
  readonly field: string;
  readonly subject: string;
  readonly timeNs: bigint;
  readonly direction: Direction;
  readonly client: string;
  readonly server: string;
  readonly packet: number;
}

/** A finding as reports show it. Fields are in the order people read them. */
export function captureFinding(found: DetectedTraffic): CaptureFinding {
  const { detector, confidence, verdict, masked, knownTest, protocol, field, subject, direction, client, server } =
    found;
  const { packet, offset, length } = found;
  const sensor = sensorNameOf(found.sensor);
  const time = new Date(Number(found.timeNs / NS_PER_MS)).toISOString();
  const encodings = [...found.encodings];
  return {
    detector,
    sensor,
    confidence,
    verdict,
    masked,
    knownTest,
    protocol,
    field,
    subject,
    direction,
    client,
    server,
    time,
    packet,
    offset,
    length,
    encodings,
  };
}

/** A finding of a capture as an event for a collector; `version` is the product's. */
export function captureOcsf(found: CaptureFinding, version?: string): OcsfFinding {
  return ocsfFinding(found, version);
}

/** A finding of a text as reports show it. */
export function textFinding(found: DetectedText): TextFinding {
  const { detector, confidence, verdict, masked, key, offset } = found;
  const encodings = [...found.encodings];
  return { detector, sensor: sensorNameOf(found.sensor), confidence, verdict, masked, key, offset, encodings };
}

/** Whether somebody should look at a finding: below a sensor's threshold its verdict is still `allow`. */
export function isAlarming(finding: { readonly verdict: Verdict }): boolean {
  return compareVerdicts(finding.verdict, 'alert') >= 0;
}

/** Orders findings by where they stand, then by name, so that equal inputs give equal reports. */
export function compareFindings<Finding extends { packet?: number; offset: number; detector: string; sensor: string }>(
  a: Finding,
  b: Finding,
): number {
  return (
    (a.packet ?? 0) - (b.packet ?? 0) ||
    a.offset - b.offset ||
    compareText(a.detector, b.detector) ||
    compareText(a.sensor, b.sensor)
  );
}
