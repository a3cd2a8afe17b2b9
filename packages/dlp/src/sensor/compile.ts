import {
  CONFIDENCES,
  type Confidence,
  type CustomDictionary,
  type CustomExactData,
  type CustomLiteral,
  type CustomPattern,
  compareText,
  type DirectionScope,
  type Sensor,
  type SensorAction,
} from '@bulkhead/core';
import { DlpError, type DlpErrorCode } from '../error.ts';
import { definitionOf, ownDetectors } from './own-detectors.ts';
import { MAX_DICTIONARIES, MAX_EXACT_SETS, MAX_LITERALS, MAX_PATTERNS, MAX_TERMS } from './schema.ts';

/** What the inspector compiles. */
export interface SensorProgramInput {
  readonly sensors: readonly ProgramSensor[];
  readonly literals: readonly CustomLiteral[];
  readonly dictionaries: readonly CustomDictionary[];
  readonly patterns: readonly CustomPattern[];
  readonly exactData: readonly CustomExactData[];
}

export interface ProgramSensor {
  readonly name: string;
  readonly detectors: readonly string[];
  readonly minConfidence: Confidence;
  readonly threshold: number;
  /** Absent: the threshold counts in one session. */
  readonly windowSeconds?: number;
  readonly action: SensorAction;
  readonly direction: DirectionScope;
  /** Absent: all sessions. */
  readonly scopes?: NonNullable<Sensor['scopes']>;
}

/** Bound of the inspector's program (`program.hpp`): a packet's sensors are one 64-bit set. */
export const MAX_PROGRAM_SENSORS = 64;

/** Separates a sensor's name from the minimum confidence of its part; no name can hold it. */
const PART = '#';

/**
 * Compiles sensors to the inspector's program. Equal sets of sensors give equal programs, whatever their order.
 *
 * The inspector knows one minimum confidence per sensor. A sensor whose detectors differ in it becomes one program
 * sensor per minimum, each with the sensor's threshold; `sensorNameOf` maps their findings back to the sensor.
 */
export function compileSensors(sensors: readonly Sensor[]): SensorProgramInput {
  const sorted = sensors.toSorted((a, b) => compareText(a.name, b.name));
  for (const [index, sensor] of sorted.entries()) {
    if (sorted[index + 1]?.name === sensor.name) {
      throw new DlpError('DUPLICATE_SENSOR', {
        what: `two sensors are named "${sensor.name}"`,
        fix: 'rename one of them or leave one out',
      });
    }
  }
  const parts = sorted.flatMap(splitByConfidence);
  if (parts.length > MAX_PROGRAM_SENSORS) {
    throw new DlpError('TOO_MANY_SENSORS', {
      what: `${parts.length} sensors at once`,
      why: `the inspector holds ${MAX_PROGRAM_SENSORS}, counting a sensor once for each minimum confidence in it`,
      fix: 'join sensors that share an action',
    });
  }
  const own = sorted.map(ownDetectors);
  const program = {
    sensors: parts,
    literals: joined(
      'literals',
      own.flatMap(({ literals }) => literals),
    ),
    dictionaries: joined(
      'dictionaries',
      own.flatMap(({ dictionaries }) => dictionaries),
    ),
    patterns: joined(
      'patterns',
      own.flatMap(({ patterns }) => patterns),
    ),
    exactData: joined(
      'exactData',
      own.flatMap(({ exactData }) => exactData),
    ),
  };
  const terms = program.dictionaries.reduce((sum, dictionary) => sum + dictionary.terms.length, 0);
  atMost(MAX_LITERALS, program.literals.length, 'TOO_MANY_LITERALS', 'literals');
  atMost(MAX_DICTIONARIES, program.dictionaries.length, 'TOO_MANY_DEFINITIONS', 'dictionaries');
  atMost(MAX_TERMS, terms, 'TOO_MANY_DEFINITIONS', 'terms of dictionaries');
  atMost(MAX_PATTERNS, program.patterns.length, 'TOO_MANY_DEFINITIONS', 'patterns');
  atMost(MAX_EXACT_SETS, program.exactData.length, 'TOO_MANY_DEFINITIONS', 'sets of exact data');
  refuseSharedIds(program);
  return program;
}

/** The sensor a program sensor was compiled from, by the name findings carry. */
export function sensorNameOf(programSensor: string): string {
  const end = programSensor.indexOf(PART);
  return end === -1 ? programSensor : programSensor.slice(0, end);
}

function splitByConfidence(sensor: Sensor): ProgramSensor[] {
  const idsByConfidence = new Map<Confidence, Set<string>>();
  const add = (confidence: Confidence, id: string): void => {
    const ids = idsByConfidence.get(confidence) ?? new Set();
    idsByConfidence.set(confidence, ids.add(id));
  };
  for (const detector of sensor.detectors) add(detector.minConfidence ?? sensor.minConfidence, detector.id);
  for (const { id } of Object.values(ownDetectors(sensor)).flat()) add(sensor.minConfidence, id);

  const { threshold, windowSeconds, action, direction, scopes } = sensor;
  const window = { ...(windowSeconds !== undefined && { windowSeconds }), ...(scopes !== undefined && { scopes }) };
  return CONFIDENCES.flatMap((minConfidence) => {
    const ids = idsByConfidence.get(minConfidence);
    if (ids === undefined) return [];
    const name = idsByConfidence.size === 1 ? sensor.name : `${sensor.name}${PART}${minConfidence}`;
    return [
      { name, detectors: [...ids].toSorted(compareText), minConfidence, threshold, ...window, action, direction },
    ];
  });
}

/** One definition an id, in their order. */
function joined<Definition extends { readonly id: string }>(key: string, all: readonly Definition[]): Definition[] {
  const byId = new Map<string, Definition>();
  for (const definition of all) {
    const known = byId.get(definition.id);
    if (known !== undefined && definitionOf(key, known) !== definitionOf(key, definition))
      throw conflict(definition.id);
    byId.set(definition.id, definition);
  }
  return [...byId.values()].toSorted((a, b) => compareText(a.id, b.id));
}

function refuseSharedIds({ literals, dictionaries, patterns, exactData }: SensorProgramInput): void {
  const seen = new Set<string>();
  for (const { id } of [...literals, ...dictionaries, ...patterns, ...exactData]) {
    if (seen.has(id)) throw conflict(id);
    seen.add(id);
  }
}

function conflict(id: string): DlpError {
  return new DlpError('CONFLICTING_DEFINITION', {
    what: `two sensors define "${id}" differently`,
    fix: 'give one of them another id',
  });
}

function atMost(most: number, count: number, code: DlpErrorCode, what: string): void {
  if (count <= most) return;
  throw new DlpError(code, {
    what: `${count} ${what} at once`,
    why: `the inspector holds ${most}`,
    fix: 'remove those that no traffic can contain, or use exact data match for long lists',
  });
}
