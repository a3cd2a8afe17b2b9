import type { Confidence, DirectionScope, SensorAction } from './verdict.ts';

/** One detector a sensor listens to. Without a minimum of its own the sensor's applies. */
export interface SensorDetector {
  readonly id: string;
  readonly minConfidence?: Confidence;
}

/** A detector the user defines by a literal string, found wherever its UTF-8 bytes stand, confidence high. */
export interface CustomLiteral {
  readonly id: string;
  readonly literal: string;
  readonly caseInsensitive: boolean;
}

/** A named set of detectors with thresholds and an action. Its own literals always belong to it. */
export interface Sensor {
  readonly name: string;
  readonly description: string;
  readonly detectors: readonly SensorDetector[];
  readonly literals: readonly CustomLiteral[];
  readonly minConfidence: Confidence;
  /** Distinct values in one session before the sensor acts. */
  readonly threshold: number;
  readonly action: SensorAction;
  readonly direction: DirectionScope;
}
