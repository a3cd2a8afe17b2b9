import { writeFileSync } from 'node:fs';
import { referencePages, referenceSchemas } from './pages.ts';

const REFERENCE = new URL('../../../../docs/reference/', import.meta.url);

for (const [name, text] of Object.entries(await referencePages())) writeFileSync(new URL(name, REFERENCE), text);
for (const [name, schema] of Object.entries(await referenceSchemas())) {
  writeFileSync(new URL(name, REFERENCE), `${JSON.stringify(schema, null, 2)}\n`);
}
