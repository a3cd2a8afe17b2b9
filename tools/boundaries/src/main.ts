import { resolve } from 'node:path';

import { checkBoundaries } from './check.ts';

const root = resolve(import.meta.dirname, '../../..');
const { projects, files, imports, violations } = checkBoundaries(root);

for (const violation of violations) process.stderr.write(`${violation}\n`);
process.stdout.write(
  `boundaries: ${projects} projects, ${files} files, ${imports} imports, ${violations.length} violations\n`,
);
// A check that looked at nothing has proved nothing.
if (violations.length > 0 || imports === 0) process.exitCode = 1;
