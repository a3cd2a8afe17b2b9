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

/** A detector the user defines by words and phrases; each is a distinct value. */
export interface CustomDictionary {
  readonly id: string;
  readonly terms: readonly string[];
  /** A file with one more term a line, which is still to be read. */
  readonly file?: string;
  /** ASCII letters. */
  readonly caseInsensitive: boolean;
  /** No letter, digit or underscore beside a term. */
  readonly wholeWords: boolean;
  readonly confidence: Confidence;
}

/** A check that a pattern's match must pass, on its letters and digits. */
export const VALUE_CHECKS = ['luhn', 'mod97', 'mod11', 'verhoeff', 'entropy'] as const;
export type ValueCheck = (typeof VALUE_CHECKS)[number];

/** A detector the user defines by a regular expression that can be matched while bytes stream by. */
export interface CustomPattern {
  readonly id: string;
  readonly pattern: string;
  readonly caseInsensitive: boolean;
  readonly wholeWords: boolean;
  readonly check?: ValueCheck;
  /** Without one of these words nearby a match is of low confidence. */
  readonly context: readonly string[];
  readonly confidence: Confidence;
  /** Letters and digits of the datum that a finding shows at each end. */
  readonly show: { readonly first: number; readonly last: number };
}

/**
 * A detector the user defines by values of their own: a file of keyed hashes, made by `bulkhead dlp edm build`, and the
 * file of its key.
 */
export interface CustomExactData {
  readonly id: string;
  readonly set: string;
  readonly key: string;
  /** Of a value without another one of its row nearby; with one, and where the set has one column, it is high. */
  readonly confidence: Confidence;
  /** What the files hold, once they are read. */
  readonly content?: { readonly set: Uint8Array; readonly key: Uint8Array };
}

/** A named set of detectors with thresholds and an action. The detectors it defines itself always belong to it. */
export interface Sensor {
  readonly name: string;
  readonly description: string;
  readonly detectors: readonly SensorDetector[];
  readonly literals: readonly CustomLiteral[];
  /** Absent: none. */
  readonly dictionaries?: readonly CustomDictionary[];
  /** Absent: none. */
  readonly patterns?: readonly CustomPattern[];
  /** Absent: none. */
  readonly exactData?: readonly CustomExactData[];
  readonly minConfidence: Confidence;
  /** Distinct values in one session before the sensor acts. */
  readonly threshold: number;
  /** The threshold counts what all sessions of a client showed within so many seconds. Absent: one session counts. */
  readonly windowSeconds?: number;
  readonly action: SensorAction;
  readonly direction: DirectionScope;
  /** Sessions it concerns: of these clients, to these servers, by address; none of either stands for anybody. Absent: all. */
  readonly scopes?: readonly { readonly clients: readonly string[]; readonly servers: readonly string[] }[];
}
