import {
  type CustomDictionary,
  type CustomExactData,
  type CustomPattern,
  type DocumentKind,
  type ParsedDocument,
  problemsOfIssues,
  type Sensor,
  type SetProblem,
} from '@bulkhead/core';
import { definitionOf, ownDetectors } from './own-detectors.ts';
import { DataSensorDocument, secondsOf } from './schema.ts';

/** Reads one `DataSensor` document; paths in it are relative to `file`. Reports every problem in it, never throws. */
export function parseDataSensor(document: unknown, file?: string): ParsedDocument<Sensor> {
  const parsed = DataSensorDocument.safeParse(document);
  if (!parsed.success) return { ok: false, problems: problemsOfIssues(parsed.error.issues) };
  const { metadata, spec } = parsed.data;
  const dictionaries = spec.dictionaries.map(
    ({ file: terms, ...dictionary }): CustomDictionary =>
      terms === undefined ? dictionary : { ...dictionary, file: besides(file, terms) },
  );
  const patterns = spec.patterns.map(
    ({ check, ...pattern }): CustomPattern => (check === undefined ? pattern : { ...pattern, check }),
  );
  const exactData = spec.exactData.map(
    (exact): CustomExactData => ({ ...exact, set: besides(file, exact.set), key: besides(file, exact.key) }),
  );
  const { threshold } = spec;
  return {
    ok: true,
    value: {
      name: metadata.name,
      description: spec.description,
      detectors: spec.detectors.map((entry) => {
        if (typeof entry === 'string') return { id: entry };
        return entry.minConfidence === undefined
          ? { id: entry.id }
          : { id: entry.id, minConfidence: entry.minConfidence };
      }),
      literals: spec.literals,
      ...(dictionaries.length > 0 && { dictionaries }),
      ...(patterns.length > 0 && { patterns }),
      ...(exactData.length > 0 && { exactData }),
      minConfidence: spec.minConfidence,
      threshold: typeof threshold === 'number' ? threshold : threshold.distinct,
      ...(typeof threshold === 'object' &&
        threshold.per === 'client' && { windowSeconds: secondsOf(threshold.window) }),
      action: spec.action,
      direction: spec.direction,
    },
  };
}

/** A path as the document in `file` means it. */
function besides(file: string | undefined, path: string): string {
  if (file === undefined || path.startsWith('/')) return path;
  return file.slice(0, file.lastIndexOf('/') + 1) + path;
}

/** In seconds or, since those have five digits at most, in minutes. */
function durationOf(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

/** Writes a sensor as the document that reads back to it. */
export function dataSensorDocument(sensor: Sensor): DataSensorDocument {
  const { name, windowSeconds, ...spec } = sensor;
  const { dictionaries = [], patterns = [], exactData = [] } = sensor;
  return {
    apiVersion: 'bulkhead.io/v1alpha1',
    kind: 'DataSensor',
    metadata: { name },
    spec: {
      ...spec,
      detectors: sensor.detectors.map((detector) =>
        detector.minConfidence === undefined ? detector.id : { ...detector },
      ),
      literals: sensor.literals.map((literal) => ({ ...literal })),
      dictionaries: dictionaries.map((dictionary) => ({ ...dictionary, terms: [...dictionary.terms] })),
      patterns: patterns.map((pattern) => ({ ...pattern, context: [...pattern.context] })),
      exactData: exactData.map(({ id, set, key, confidence }) => ({ id, set, key, confidence })),
      ...(windowSeconds !== undefined && {
        threshold: { distinct: sensor.threshold, per: 'client', window: durationOf(windowSeconds) },
      }),
    },
  };
}

/** The kind `DataSensor`, for a loader of policy documents. */
export const dataSensorKind: DocumentKind<Sensor> = {
  kind: 'DataSensor',
  parse: parseDataSensor,
  check: checkDefinitions,
};

/** Ids of own detectors hold in the whole program: two sensors may share one only when they mean the same by it. */
function checkDefinitions(sensors: readonly Sensor[]): readonly SetProblem[] {
  const first = new Map<string, { readonly sensor: string; readonly definition: string }>();
  const problems: SetProblem[] = [];
  for (const [index, sensor] of sensors.entries()) {
    for (const [key, definitions] of Object.entries(ownDetectors(sensor))) {
      for (const [position, entry] of definitions.entries()) {
        const definition = definitionOf(key, entry);
        const known = first.get(entry.id);
        if (known === undefined) first.set(entry.id, { sensor: sensor.name, definition });
        else if (known.definition !== definition) {
          problems.push({
            index,
            path: ['spec', key, position, 'id'],
            message: `sensor ${JSON.stringify(known.sensor)} defines ${JSON.stringify(entry.id)} differently`,
          });
        }
      }
    }
  }
  return problems;
}
