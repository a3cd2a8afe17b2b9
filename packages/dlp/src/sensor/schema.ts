import { API_VERSION, CONFIDENCES, DIRECTION_SCOPES, isName, SENSOR_ACTIONS, VALUE_CHECKS } from '@bulkhead/core';
import { z } from 'zod';
import { findDetector } from '../detector/catalogue.ts';

/** Bounds of the inspector's program (`program.hpp`). A value beyond them would be refused there, later and worse. */
export const MAX_LITERAL_BYTES = 256;
export const MAX_LITERALS = 4096;
export const MAX_DICTIONARIES = 256;
/** Of all dictionaries of a program together. */
export const MAX_TERMS = 20_000;
export const MAX_TERM_BYTES = 128;
export const MAX_PATTERNS = 256;
export const MAX_PATTERN_LENGTH = 512;
const MAX_CONTEXT_WORDS = 32;
const MAX_CONTEXT_WORD_BYTES = 32;
/** More than this of a datum is no mask; the inspector shows at most half of it in any case. */
const MAX_SHOWN = 8;
const MAX_PATH = 1024;
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

const ownId = name.refine((id) => findDetector(id) === undefined, 'is the id of a built-in detector; choose another');

const text = (maxBytes: number): z.ZodString =>
  z
    .string()
    .min(1, 'must not be empty')
    .refine((value) => utf8Length(value) <= maxBytes, `must be at most ${maxBytes} bytes of UTF-8`)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode');

const path = z
  .string()
  .min(1, 'must not be empty')
  .max(MAX_PATH)
  .refine((value) => !value.includes('\0'), 'must not contain a zero byte');

const literal = z.strictObject({
  id: ownId,
  literal: text(MAX_LITERAL_BYTES),
  caseInsensitive: z.boolean().default(false),
});

/** A term, as a document or a file of terms gives it. */
export const DictionaryTerm = text(MAX_TERM_BYTES).refine(
  (term) => term.trim() === term,
  'must not begin or end with a blank',
);

const dictionary = z
  .strictObject({
    id: ownId,
    terms: z.array(DictionaryTerm).max(MAX_TERMS).default([]),
    file: path.optional(),
    caseInsensitive: z.boolean().default(true),
    wholeWords: z.boolean().default(true),
    confidence: confidence.default('high'),
  })
  .refine((value) => value.terms.length > 0 || value.file !== undefined, 'has neither terms nor a file');

const pattern = z.strictObject({
  id: ownId,
  pattern: z
    .string()
    .min(1, 'must not be empty')
    .max(MAX_PATTERN_LENGTH)
    .regex(/^[ -~]*$/, 'must be printable ASCII; write other bytes as \\x and two hexadecimal digits'),
  caseInsensitive: z.boolean().default(false),
  wholeWords: z.boolean().default(true),
  check: z.enum(VALUE_CHECKS).optional(),
  context: z.array(text(MAX_CONTEXT_WORD_BYTES)).max(MAX_CONTEXT_WORDS).default([]),
  confidence: confidence.default('high'),
  show: z
    .strictObject({
      first: z.int().min(0).max(MAX_SHOWN).default(0),
      last: z.int().min(0).max(MAX_SHOWN).default(0),
    })
    .default({ first: 0, last: 0 }),
});

/** What one file of hashes may hold; the inspector refuses more (`exact_data.hpp`). */
export const MAX_EXACT_SETS = 8;

const exactData = z.strictObject({
  id: ownId,
  set: path,
  key: path,
  confidence: confidence.default('medium'),
});

const SECONDS = { s: 1, m: 60, h: 3600 } as const;
const MAX_WINDOW_HOURS = 24;

/** `90s`, `10m`, `24h`. */
const duration = z
  .string()
  .regex(/^[1-9]\d{0,4}[smh]$/, 'must be a whole number and s, m or h, such as 10m')
  .refine((value) => secondsOf(value) <= MAX_WINDOW_HOURS * SECONDS.h, `must be at most ${MAX_WINDOW_HOURS} hours`);

/** The seconds a valid duration stands for. */
export function secondsOf(value: string): number {
  const unit = value.at(-1);
  return Number(value.slice(0, -1)) * (unit === 'h' ? SECONDS.h : unit === 'm' ? SECONDS.m : SECONDS.s);
}

const distinct = z.int().min(1).max(MAX_THRESHOLD);

const threshold = z.union([
  distinct,
  z.strictObject({ distinct, per: z.literal('session') }),
  z.strictObject({ distinct, per: z.literal('client'), window: duration }),
]);

const spec = z
  .strictObject({
    description: z.string().max(500).default(''),
    detectors: z.array(detector).default([]),
    literals: z.array(literal).max(MAX_LITERALS).default([]),
    dictionaries: z.array(dictionary).max(MAX_DICTIONARIES).default([]),
    patterns: z.array(pattern).max(MAX_PATTERNS).default([]),
    exactData: z.array(exactData).max(MAX_EXACT_SETS).default([]),
    minConfidence: confidence.default('medium'),
    threshold: threshold.default(1),
    action: z.enum(SENSOR_ACTIONS),
    direction: z.enum(DIRECTION_SCOPES).default('both'),
  })
  .superRefine((value, context) => {
    const own = [
      ['literals', value.literals],
      ['dictionaries', value.dictionaries],
      ['patterns', value.patterns],
      ['exactData', value.exactData],
    ] as const;
    if (value.detectors.length === 0 && own.every(([, definitions]) => definitions.length === 0)) {
      context.addIssue({
        code: 'custom',
        path: ['detectors'],
        message: 'names no detector, and defines none of its own',
      });
    }
    const seen = new Set<string>();
    const add = (issuePath: readonly (string | number)[], id: string): void => {
      if (seen.has(id)) {
        context.addIssue({ code: 'custom', path: [...issuePath], message: `names ${JSON.stringify(id)} again` });
      }
      seen.add(id);
    };
    for (const [index, entry] of value.detectors.entries()) {
      const id = typeof entry === 'string' ? entry : entry.id;
      add(['detectors', index], id);
      if (value.action !== 'mask' || findDetector(id)?.category !== 'traffic') continue;
      context.addIssue({
        code: 'custom',
        path: ['detectors', index],
        message: `${JSON.stringify(id)} is about a whole session, in which there is nothing to mask; use the action "block" or "alert", in a sensor of its own`,
      });
    }
    for (const [key, definitions] of own) for (const [index, { id }] of definitions.entries()) add([key, index], id);
  });

/** A sensor as a document of the policy language. */
export const DataSensorDocument = z.strictObject({
  apiVersion: z.literal(API_VERSION),
  kind: z.literal('DataSensor'),
  metadata: z.strictObject({ name }),
  spec,
});
export type DataSensorDocument = z.infer<typeof DataSensorDocument>;

/** Bytes of UTF-8, without an encoder: domain code uses no host API. */
function utf8Length(value: string): number {
  let bytes = 0;
  for (const character of value) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return bytes;
}
