import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { customResourceDefinitions } from '@bulkhead/kube';
import { parse, stringify } from 'yaml';
import { readmeOf } from './readme.ts';
import { valuesSchema } from './schema.ts';
import { readValues } from './values.ts';

export const CHART = resolve(import.meta.dirname, '../../../deploy/helm/bulkhead');

/** As Helm reads it: words that were truth values before YAML 1.2 are put in quotes. */
const YAML = { aliasDuplicateObjects: false, lineWidth: 0, version: '1.1' } as const;

/** What of the chart is made from other sources, by its path in the chart. */
export function generatedFiles(): ReadonlyMap<string, string> {
  const values = readFileSync(join(CHART, 'values.yaml'), 'utf8');
  const definitions = customResourceDefinitions().map(
    (definition) => [`crds/${definition.metadata.name}.yaml`, stringify(definition, YAML)] as const,
  );
  const schema = valuesSchema(parse(values) as Readonly<Record<string, unknown>>);
  return new Map<string, string>([
    ['README.md', readmeOf(readValues(values))],
    ['values.schema.json', `${JSON.stringify(schema, undefined, 2)}\n`],
    ...definitions,
  ]);
}
