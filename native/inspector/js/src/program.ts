import { isIP } from 'node:net';
import { InspectorError, typed } from './error.ts';
import type { ProgramNames } from './event-record.ts';
import { EXACT_KEY_BYTES } from './exact-data.ts';
import {
  CONFIDENCES,
  type Confidence,
  DIRECTION_SCOPES,
  type DirectionScope,
  nameOf,
  STRENGTHS,
  type Strength,
  VALUE_CHECKS,
  VERDICTS,
  type Verdict,
} from './names.ts';
import {
  type ExactDataHandle,
  type NativeDictionary,
  type NativeExactData,
  type NativeLiteral,
  type NativePattern,
  type NativeSensor,
  native,
  type ProgramHandle,
} from './native.ts';

export interface SensorInput {
  readonly name: string;
  /** Ids of built-in detectors or of the program's own. */
  readonly detectors: readonly string[];
  readonly minConfidence: Confidence;
  /** Distinct values in one session before the sensor acts. */
  readonly threshold: number;
  readonly action: Exclude<Verdict, 'allow'>;
  readonly direction: DirectionScope;
  /** The threshold counts what all sessions of a client showed within so many seconds; one session without it. */
  readonly windowSeconds?: number;
  /** Sessions that the sensor concerns; all of them without it. */
  readonly scopes?: readonly ScopeInput[];
}

/** Sessions that one of `clients` opened to one of `servers`: addresses or prefixes (`10.0.0.0/8`); none: anybody. */
export interface ScopeInput {
  readonly clients: readonly string[];
  readonly servers: readonly string[];
}

export interface LiteralInput {
  readonly id: string;
  /** Looked for as its UTF-8 bytes. */
  readonly literal: string;
  readonly caseInsensitive: boolean;
}

export interface DictionaryInput {
  readonly id: string;
  /** Looked for as their UTF-8 bytes; each is a distinct value. */
  readonly terms: readonly string[];
  readonly caseInsensitive: boolean;
  readonly wholeWords: boolean;
  readonly confidence: Confidence;
}

export interface PatternInput {
  readonly id: string;
  readonly pattern: string;
  readonly caseInsensitive: boolean;
  readonly wholeWords: boolean;
  readonly check?: Exclude<(typeof VALUE_CHECKS)[number], 'none'>;
  readonly context: readonly string[];
  readonly confidence: Confidence;
  readonly show: { readonly first: number; readonly last: number };
}

export interface ExactDataInput {
  readonly id: string;
  readonly confidence: Confidence;
  /** A set made by ExactDataBuilder, and its key. Programs that are given the same `set` object share what is made of it. */
  readonly content?: { readonly set: Uint8Array; readonly key: Uint8Array };
}

export interface SensorProgramInput {
  readonly sensors: readonly SensorInput[];
  readonly literals: readonly LiteralInput[];
  readonly dictionaries?: readonly DictionaryInput[];
  readonly patterns?: readonly PatternInput[];
  readonly exactData?: readonly ExactDataInput[];
}

export interface BuiltInDetector {
  readonly id: string;
  readonly strength: Strength;
}

/** The detectors that need no definition. */
export function builtInDetectors(): readonly BuiltInDetector[] {
  return native()
    .detectors()
    .map(({ id, strength }) => ({ id, strength: nameOf(STRENGTHS, strength) }));
}

/**
 * A compiled sensor set: immutable, for any number of scans, captures, queues and taps.
 * Throws an InspectorError with code INVALID_PROGRAM that names the offending value.
 */
export class Program implements ProgramNames {
  readonly handle: ProgramHandle;
  /** What event records name it by. */
  readonly number: number;
  readonly detectors: readonly string[];
  readonly sensors: readonly string[];

  constructor({ sensors, literals, dictionaries = [], patterns = [], exactData = [] }: SensorProgramInput) {
    const nativeSensors = sensors.map(toNativeSensor);
    const nativeLiterals = literals.map(toNativeLiteral);
    const nativeDictionaries = dictionaries.map(toNativeDictionary);
    const nativePatterns = patterns.map(toNativePattern);
    const nativeExactData = exactData.map(toNativeExactData);
    const { handle, number } = typed(() =>
      native().createProgram(nativeSensors, nativeLiterals, nativeDictionaries, nativePatterns, nativeExactData),
    );
    this.handle = handle;
    this.number = number;
    this.detectors = [...builtInDetectors(), ...literals, ...dictionaries, ...patterns, ...exactData].map(
      ({ id }) => id,
    );
    this.sensors = sensors.map(({ name }) => name);
  }
}

function toNativeSensor(sensor: SensorInput): NativeSensor {
  const { name, detectors, threshold } = sensor;
  if (!Number.isInteger(threshold) || threshold < 1 || threshold > 0xffff_ffff) {
    throw invalid(`sensor "${name}": threshold ${threshold} is no count of distinct values; use a whole number from 1`);
  }
  const where = `sensor "${name}"`;
  return {
    name,
    detectors,
    threshold,
    windowSeconds: sensor.windowSeconds ?? 0,
    scopes: (sensor.scopes ?? []).map((scope) => checkedScope(scope, where)),
    minConfidence: numberOf(CONFIDENCES, sensor.minConfidence, `${where}: minConfidence`),
    action: numberOf(VERDICTS, sensor.action, `${where}: action`),
    direction: numberOf(DIRECTION_SCOPES, sensor.direction, `${where}: direction`),
  };
}

function checkedScope({ clients, servers }: ScopeInput, where: string): ScopeInput {
  for (const range of [...clients, ...servers]) {
    const [address = '', length, ...rest] = range.split('/');
    const version = isIP(address);
    const fits = length === undefined || (/^\d{1,3}$/.test(length) && Number(length) <= (version === 4 ? 32 : 128));
    if (version === 0 || !fits || rest.length > 0) throw invalid(`${where}: "${range}" is no address and no prefix`);
  }
  return { clients, servers };
}

function toNativeLiteral({ id, literal, caseInsensitive }: LiteralInput): NativeLiteral {
  return { id, bytes: Buffer.from(literal, 'utf8'), caseInsensitive };
}

function toNativeDictionary(dictionary: DictionaryInput): NativeDictionary {
  const where = `dictionary "${dictionary.id}": confidence`;
  return { ...dictionary, confidence: numberOf(CONFIDENCES, dictionary.confidence, where) };
}

function toNativePattern({ check, show, ...pattern }: PatternInput): NativePattern {
  const where = `pattern "${pattern.id}"`;
  return {
    ...pattern,
    check: numberOf(VALUE_CHECKS, check ?? 'none', `${where}: check`),
    confidence: numberOf(CONFIDENCES, pattern.confidence, `${where}: confidence`),
    keepFirst: show.first,
    keepLast: show.last,
  };
}

const sets = new WeakMap<Uint8Array, { readonly key: Uint8Array; readonly handle: ExactDataHandle }>();

function toNativeExactData({ id, confidence, content }: ExactDataInput): NativeExactData {
  const where = `exact data "${id}"`;
  if (content === undefined) throw invalid(`${where}: its files were not read`);
  const { set, key } = content;
  if (key.length !== EXACT_KEY_BYTES)
    throw invalid(`${where}: its key has ${key.length} bytes, use ${EXACT_KEY_BYTES}`);
  const known = sets.get(set);
  if (known?.key === key) return { id, confidence: numberOf(CONFIDENCES, confidence, where), set: known.handle };
  const handle = typed(() => {
    try {
      return native().readExactData(set, key);
    } catch (error) {
      if (error instanceof Error) error.message = `${where}: its set ${error.message}; build it again`;
      throw error;
    }
  });
  sets.set(set, { key, handle });
  return { id, confidence: numberOf(CONFIDENCES, confidence, where), set: handle };
}

function numberOf(names: readonly string[], name: string, where: string): number {
  const number = names.indexOf(name);
  if (number < 0) throw invalid(`${where} "${name}" is unknown; use one of ${names.join(', ')}`);
  return number;
}

function invalid(message: string): InspectorError {
  return new InspectorError('INVALID_PROGRAM', message);
}
