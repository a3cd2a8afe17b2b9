import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CHART, generatedFiles } from './generate.ts';

// A program: writes what of the chart is generated.
for (const [path, text] of generatedFiles()) {
  const file = join(CHART, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
