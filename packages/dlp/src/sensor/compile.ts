import {
  CONFIDENCES,
  type Confidence,
  type CustomLiteral,
  type DirectionScope,
  type Sensor,
  type SensorAction,
} from '@bulkhead/core';
import { DlpError } from '../error.ts';
import { MAX_LITERALS } from './schema.ts';

/** What the inspector compiles. */
export interface SensorProgramInput {
  readonly sensors: readonly ProgramSensor[];
  readonly literals: readonly CustomLiteral[];
}

export interface ProgramSensor {
  readonly name: string;
  readonly detectors: readonly string[];
  readonly minConfidence: Confidence;
  readonly threshold: number;
  readonly action: SensorAction;
  readonly direction: DirectionScope;
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
  return { sensors: parts, literals: joinLiterals(sorted) };
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
  for (const literal of sensor.literals) add(sensor.minConfidence, literal.id);

  const { threshold, action, direction } = sensor;
  return CONFIDENCES.flatMap((minConfidence) => {
    const ids = idsByConfidence.get(minConfidence);
    if (ids === undefined) return [];
    const name = idsByConfidence.size === 1 ? sensor.name : `${sensor.name}${PART}${minConfidence}`;
    return [{ name, detectors: [...ids].toSorted(compareText), minConfidence, threshold, action, direction }];
  });
}

function joinLiterals(sensors: readonly Sensor[]): CustomLiteral[] {
  const literalById = new Map<string, CustomLiteral>();
  for (const literal of sensors.flatMap((sensor) => sensor.literals)) {
    const known = literalById.get(literal.id);
    if (
      known !== undefined &&
      (known.literal !== literal.literal || known.caseInsensitive !== literal.caseInsensitive)
    ) {
      throw new DlpError('CONFLICTING_LITERAL', {
        what: `two sensors define the literal "${literal.id}" differently`,
        fix: 'give one of them another id',
      });
    }
    literalById.set(literal.id, literal);
  }
  if (literalById.size > MAX_LITERALS) {
    throw new DlpError('TOO_MANY_LITERALS', {
      what: `${literalById.size} literals at once`,
      why: `the inspector holds ${MAX_LITERALS}`,
      fix: 'remove literals that no traffic can contain',
    });
  }
  return [...literalById.values()].toSorted((a, b) => compareText(a.id, b.id));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
