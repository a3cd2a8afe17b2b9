import { readFile } from 'node:fs/promises';
import type { Sensor } from '@bulkhead/core';
import { dataSensorKind } from '@bulkhead/dlp';
import { loadDocuments, PolicyError } from '@bulkhead/policy';

const FOLDER = new URL('../../../examples/sensors/', import.meta.url);
/** The examples that together look for all that a norm or a law names, and for secrets. */
const NAMES = ['pci-dss', 'pii-gdpr', 'phi-hipaa', 'secrets'] as const;

/** The sensors of the four large examples, as somebody who binds all of them has them. */
export async function exampleSensors(): Promise<readonly Sensor[]> {
  const sources = await Promise.all(
    NAMES.map(async (name) => {
      const file = `${name}.yaml`;
      return { file, text: await readFile(new URL(file, FOLDER), 'utf8') };
    }),
  );
  const documents = loadDocuments(sources, [dataSensorKind]);
  if (documents.problems.length > 0) throw new PolicyError(documents.problems);
  return documents.of(dataSensorKind).flatMap(({ value }) => value ?? []);
}
