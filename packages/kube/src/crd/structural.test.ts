import { jsonSchemas as sensorSchemas } from '@bulkhead/dlp';
import { jsonSchemas } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { relaxationsOf } from './definition.ts';
import { POLICY_KINDS } from './policy-kinds.ts';
import { type JsonSchema, structuralSchema } from './structural.ts';

const KEEP = { 'x-kubernetes-preserve-unknown-fields': true };

function of(schema: z.ZodType): ReturnType<typeof structuralSchema> {
  return structuralSchema(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema);
}

describe('structuralSchema', () => {
  it('keeps what the API server can check, and unknown keys, so that they can be reported', () => {
    const { schema, relaxations } = of(
      z.strictObject({
        name: z
          .string()
          .min(1)
          .max(9)
          .regex(/^[a-z]+$/)
          .describe('Its name.'),
        count: z.int().min(0).optional(),
        on: z.boolean().default(true),
        list: z.array(z.enum(['a', 'b'])).max(3),
        words: z.record(z.string(), z.string()).optional(),
        kind: z.literal('K').optional(),
      }),
    );

    expect(schema).toEqual({
      type: 'object',
      properties: {
        name: { type: 'string', minLength: 1, maxLength: 9, pattern: '^[a-z]+$', description: 'Its name.' },
        count: { type: 'integer', minimum: 0 },
        on: { type: 'boolean' },
        list: { type: 'array', maxItems: 3, items: { type: 'string', enum: ['a', 'b'] } },
        words: { type: 'object', additionalProperties: { type: 'string' } },
        kind: { type: 'string', enum: ['K'] },
      },
      required: ['name', 'list'],
      ...KEEP,
    });
    expect(relaxations).toEqual([]);
  });

  it('leaves open what a structural schema cannot tell apart, and says so', () => {
    const { schema, relaxations } = of(
      z.object({ a: z.array(z.union([z.string(), z.object({})])), b: z.union([z.int(), z.string()]) }),
    );

    expect(schema).toMatchObject({ properties: { a: { type: 'array', items: KEEP }, b: KEEP } });
    expect(relaxations).toEqual([
      { path: 'a[]', why: 'one of several types: string, object' },
      { path: 'b', why: 'one of several types: integer, string' },
    ]);
  });

  it('makes one enumeration of several constants', () => {
    expect(of(z.union([z.literal('a'), z.enum(['b', 'c'])])).schema).toEqual({ type: 'string', enum: ['a', 'b', 'c'] });
  });

  it('names the keys of a closed set', () => {
    expect(of(z.partialRecord(z.enum(['x', 'y']), z.boolean())).schema).toEqual({
      type: 'object',
      properties: { x: { type: 'boolean' }, y: { type: 'boolean' } },
      ...KEEP,
    });
  });

  it('leaves out patterns that Go does not read', () => {
    expect(of(z.string().regex(/^(?!CAP_)[A-Z]+$/)).schema).toEqual({ type: 'string' });
    expect(of(z.iso.date()).schema).toEqual({ type: 'string' });
  });

  it('knows no key that structural schemas forbid, in any kind of policy', () => {
    const text = JSON.stringify(
      POLICY_KINDS.map((kind) => z.toJSONSchema(kind.document, { io: 'input' })).map(
        (one) => structuralSchema(one as JsonSchema).schema,
      ),
    );

    for (const key of [
      'anyOf',
      'oneOf',
      '$ref',
      'const',
      'default',
      'propertyNames',
      '$schema',
      'additionalProperties":false',
    ]) {
      expect(text).not.toContain(`"${key}`);
    }
  });
});

describe('POLICY_KINDS', () => {
  it('has every kind of document of the policy language but the tests of policies', () => {
    const written = Object.values({ ...jsonSchemas(), ...sensorSchemas() }).flatMap((schema) => {
      const { kind, spec } =
        (schema as { readonly properties?: Readonly<Record<string, JsonSchema>> }).properties ?? {};
      return spec !== undefined && typeof kind?.['const'] === 'string' ? [kind['const']] : [];
    });

    expect(POLICY_KINDS.map(({ kind }) => kind).toSorted()).toEqual(
      written.filter((kind) => kind !== 'PolicyTest').toSorted(),
    );
  });
});

describe('relaxationsOf', () => {
  it('says for each kind what the API server lets pass', () => {
    const said = POLICY_KINDS.flatMap((kind) => relaxationsOf(kind).map(({ path }) => `${kind.kind}: ${path}`));

    expect(said).toEqual([
      'AdmissionPolicy: rules[].resources.maximum.*',
      'AdmissionPolicy: exceptions[].expires',
      'DataSensor: detectors[]',
      'DataSensor: threshold',
      'NetworkRuleSet: ingress[].ports[]',
      'NetworkRuleSet: egress[].ports[]',
      'WorkloadGroup: sensors[]',
    ]);
  });
});
