import type { DocumentKind, ParsedDocument, Sensor, SetProblem } from '@bulkhead/core';
import { DataSensorDocument } from './schema.ts';

/** Reads one `DataSensor` document. Reports every problem in it, never throws. */
export function parseDataSensor(document: unknown): ParsedDocument<Sensor> {
  const parsed = DataSensorDocument.safeParse(document);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => ({
        path: issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step)),
        message: issue.message,
      })),
    };
  }
  const { metadata, spec } = parsed.data;
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
      minConfidence: spec.minConfidence,
      threshold: spec.threshold,
      action: spec.action,
      direction: spec.direction,
    },
  };
}

/** Writes a sensor as the document that reads back to it. */
export function dataSensorDocument(sensor: Sensor): DataSensorDocument {
  const { name, ...spec } = sensor;
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
    },
  };
}

/** The kind `DataSensor`, for a loader of policy documents. */
export const dataSensorKind: DocumentKind<Sensor> = {
  kind: 'DataSensor',
  parse: parseDataSensor,
  check: checkLiterals,
};

/** Literal ids are detectors of the whole program: two sensors may share one only when they mean the same by it. */
function checkLiterals(sensors: readonly Sensor[]): readonly SetProblem[] {
  const first = new Map<string, { readonly sensor: string; readonly definition: string }>();
  const problems: SetProblem[] = [];
  for (const [index, sensor] of sensors.entries()) {
    for (const [position, literal] of sensor.literals.entries()) {
      const definition = JSON.stringify([literal.literal, literal.caseInsensitive]);
      const known = first.get(literal.id);
      if (known === undefined) first.set(literal.id, { sensor: sensor.name, definition });
      else if (known.definition !== definition) {
        problems.push({
          index,
          path: ['spec', 'literals', position, 'id'],
          message: `sensor ${JSON.stringify(known.sensor)} defines ${JSON.stringify(literal.id)} differently`,
        });
      }
    }
  }
  return problems;
}
