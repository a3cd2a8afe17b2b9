import { readdirSync, readFileSync } from 'node:fs';
import type { Sensor } from '@bulkhead/core';
import { DataSensorDocument, DEFAULT_SENSORS, DETECTORS, parseDataSensor } from '@bulkhead/dlp';
import { AdmissionPolicyDocument, WorkloadGroupDocument } from '@bulkhead/policy';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { referencePages, referenceSchemas } from './pages.ts';

const REFERENCE = new URL('../../../../docs/reference/', import.meta.url);
const EXAMPLES = new URL('../../../../examples/sensors/', import.meta.url);

const pages = await referencePages();
const schemas = await referenceSchemas();

describe('the reference', () => {
  it.each(Object.entries(pages))('has a current %s', (name, text) => {
    expect(readFileSync(new URL(name, REFERENCE), 'utf8')).toBe(text);
  });

  it.each(Object.entries(schemas))('has a current %s', (name, schema) => {
    const written: unknown = JSON.parse(readFileSync(new URL(name, REFERENCE), 'utf8'));

    expect(written).toEqual(JSON.parse(JSON.stringify(schema)));
  });

  it('names every key of every document of the policy language', () => {
    const page = readFileSync(new URL('policy.md', REFERENCE), 'utf8');

    for (const key of [...keysOf(WorkloadGroupDocument), ...keysOf(DataSensorDocument)]) {
      expect(page, `the key ${key}`).toContain(`\`${key}\``);
    }
  });

  it('names every key of an admission policy', () => {
    const page = readFileSync(new URL('admission.md', REFERENCE), 'utf8');

    for (const key of keysOf(AdmissionPolicyDocument)) expect(page, `the key ${key}`).toContain(key);
  });
});

describe('the example sensors', () => {
  const parsed = readdirSync(EXAMPLES)
    .filter((file) => file.endsWith('.yaml'))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(new URL(file, EXAMPLES), 'utf8')).map((document) => ({
        file,
        result: parseDataSensor(document.toJS()),
      })),
    );
  const examples = new Map<string, Sensor>(
    parsed.flatMap(({ result }) => (result.ok ? [[result.value.name, result.value] as const] : [])),
  );

  it('are valid, all of them', () => {
    expect(parsed.filter(({ result }) => !result.ok)).toEqual([]);
    expect(examples.size).toBe(parsed.length);
  });

  it('look for every detector, but for the tokens that most requests carry', () => {
    const looked = new Set([...examples.values()].flatMap(({ detectors }) => detectors.map(({ id }) => id)));

    expect(DETECTORS.filter(({ id }) => !looked.has(id)).map(({ id }) => id)).toEqual([
      'http-bearer',
      'session-cookie',
    ]);
  });

  it.each(DEFAULT_SENSORS.map((sensor) => [sensor.name, sensor] as const))(
    'have %s as it is shipped',
    (name, sensor) => {
      expect(examples.get(name)).toEqual(sensor);
    },
  );

  it('find the EICAR test string without containing it', () => {
    const eicar = examples.get('eicar');
    const literal = eicar?.literals[0]?.literal ?? '';

    expect(eicar?.literals).toHaveLength(1);
    expect(literal).toMatch(/^X5O!P%@AP\[4\\PZX54\(P\^\)7CC\)7\}\$E[ICAR]{4}-STANDARD-ANTIVIRUS-TEST-FILE!\$H\+H\*$/);
    expect(readFileSync(new URL('eicar.yaml', EXAMPLES), 'utf8')).not.toContain(literal);
  });
});

/** Every key of a schema, at any depth. */
function keysOf(schema: z.ZodType): readonly string[] {
  const json = z.toJSONSchema(schema, { io: 'input' });
  const keys = new Set<string>();
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties } = node as { readonly properties?: object };
    for (const key of Object.keys(properties ?? {})) keys.add(key);
    for (const child of Object.values(node)) visit(child);
  };
  visit(json);
  return [...keys].toSorted();
}
