import { API_VERSION, CONFIDENCES, DIRECTION_SCOPES, isName, SENSOR_ACTIONS } from '@bulkhead/core';
import { z } from 'zod';
import { findDetector } from '../detector/catalogue.ts';

/** Bounds of the inspector's program (`program.hpp`). A value beyond them would be refused there, later and worse. */
export const MAX_LITERAL_BYTES = 256;
export const MAX_LITERALS = 4096;
/** The inspector remembers this many distinct values of a sensor in a session; beyond them it could only guess. */
export const MAX_THRESHOLD = 64;

const name = z
  .string()
  .refine(isName, 'must be 1 to 63 lower-case letters, digits or hyphens, starting and ending with a letter or digit');

const builtInDetector = z.string().superRefine((id, context) => {
  if (findDetector(id) === undefined) {
    context.addIssue({
      code: 'custom',
      message: `unknown detector ${JSON.stringify(id)}; "bulkhead dlp detectors" lists them`,
    });
  }
});

const confidence = z.enum(CONFIDENCES);

const detector = z.union([
  builtInDetector,
  z.strictObject({ id: builtInDetector, minConfidence: confidence.optional() }),
]);

const literal = z.strictObject({
  id: name.refine((id) => findDetector(id) === undefined, 'is the id of a built-in detector; choose another'),
  literal: z
    .string()
    .min(1, 'must not be empty')
    .refine((text) => utf8Length(text) <= MAX_LITERAL_BYTES, `must be at most ${MAX_LITERAL_BYTES} bytes of UTF-8`)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode'),
  caseInsensitive: z.boolean().default(false),
});

const spec = z
  .strictObject({
    description: z.string().max(500).default(''),
    detectors: z.array(detector).default([]),
    literals: z.array(literal).max(MAX_LITERALS).default([]),
    minConfidence: confidence.default('medium'),
    threshold: z.int().min(1).max(MAX_THRESHOLD).default(1),
    action: z.enum(SENSOR_ACTIONS),
    direction: z.enum(DIRECTION_SCOPES).default('both'),
  })
  .superRefine((value, context) => {
    if (value.detectors.length === 0 && value.literals.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['detectors'],
        message: 'names no detector, and there are no literals',
      });
    }
    for (const [path, ids] of [
      ['detectors', value.detectors.map((entry) => (typeof entry === 'string' ? entry : entry.id))],
      ['literals', value.literals.map((entry) => entry.id)],
    ] as const) {
      for (const index of repeated(ids)) {
        context.addIssue({ code: 'custom', path: [path, index], message: `names ${JSON.stringify(ids[index])} again` });
      }
    }
  });

/** A sensor as a document of the policy language. */
export const DataSensorDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('DataSensor'),
  metadata: z.strictObject({ name }),
  spec,
});
export type DataSensorDocument = z.infer<typeof DataSensorDocument>;

function repeated(ids: readonly string[]): number[] {
  return ids.flatMap((id, index) => (ids.indexOf(id) < index ? [index] : []));
}

/** Bytes of UTF-8, without an encoder: domain code uses no host API. */
function utf8Length(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
