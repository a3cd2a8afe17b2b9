import { stringify } from 'yaml';

/** Documents as one YAML file. */
export function writeDocuments(documents: readonly object[]): string {
  return documents.map((document) => stringify(document, { lineWidth: 120 })).join('---\n');
}
