import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';

/** The published schemas reports are checked against; `schemas/README.md` says where they come from. */
export type PublishedSchema = 'sarif-2.1.0' | 'spdx-2.3' | 'gitlab-container-scanning-15.0.4' | 'cyclonedx-1.6';

const require = createRequire(import.meta.url);
// It ships no types: a function that adds formats, like its sibling above.
const addFormatsDraft2019 = require('ajv-formats-draft2019') as typeof addFormats.default;

/** What a document breaks of a published schema; empty where it breaks nothing. */
export function problemsOf(schema: PublishedSchema, document: unknown): readonly string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
  addFormats.default(ajv);
  addFormatsDraft2019(ajv);
  if (schema === 'cyclonedx-1.6') {
    for (const name of ['jsf-0.82', 'spdx', 'cryptography-defs']) {
      ajv.addSchema(cyclonedxSchema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
    }
    ajv.addFormat('string', true);
  }
  const validate = ajv.compile(schema === 'cyclonedx-1.6' ? cyclonedxSchema('bom-1.6') : ownSchema(schema));
  return validate(document)
    ? []
    : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message ?? ''}`);
}

function ownSchema(name: string): object {
  return read(fileURLToPath(new URL(`./schemas/${name}.json`, import.meta.url)));
}

function cyclonedxSchema(name: string): object {
  const manifest = require.resolve('@cyclonedx/cyclonedx-library/package.json');
  return read(join(manifest, '..', 'res', 'schema', `${name}.SNAPSHOT.schema.json`));
}

function read(path: string): object {
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}
