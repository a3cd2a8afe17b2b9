import { type Confidence, compareVerdicts, type Direction, type Verdict } from '@bulkhead/core';
import { sensorNameOf } from '../sensor/compile.ts';
import type { CaptureFinding, TextFinding } from './schema.ts';

/** What the inspector says about one datum in one field. */
export interface DetectedText {
  readonly detector: string;
  readonly sensor: string;
  readonly confidence: Confidence;
  readonly verdict: Verdict;
  readonly masked: string;
  readonly key: string;
  readonly offset: number;
}

/** What the inspector says about one datum in a conversation. */
export interface DetectedTraffic extends DetectedText {
  readonly protocol: string;
  readonly field: string;
  readonly direction: Direction;
  readonly client: string;
  readonly server: string;
  readonly packet: number;
}

/** A finding as reports show it. Fields are in the order people read them. */
export function captureFinding(found: DetectedTraffic): CaptureFinding {
  const { detector, confidence, verdict, masked, protocol, field, direction, client, server, packet, offset } = found;
  const sensor = sensorNameOf(found.sensor);
  return { detector, sensor, confidence, verdict, masked, protocol, field, direction, client, server, packet, offset };
}

/** A finding of a text as reports show it. */
export function textFinding(found: DetectedText): TextFinding {
  const { detector, confidence, verdict, masked, key, offset } = found;
  return { detector, sensor: sensorNameOf(found.sensor), confidence, verdict, masked, key, offset };
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

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
