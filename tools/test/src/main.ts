import { runStages, summaryLine } from './run-stages.ts';
import { selectStages } from './select-stages.ts';
import { STAGES } from './stages/index.ts';

const names = STAGES.map((stage) => stage.name).join(', ');
const usage = `usage: bulkhead test [--only STAGE,…]\nstages: ${names}\n`;
const selection = selectStages(process.argv.slice(2), STAGES);

if (selection.kind === 'help') {
  process.stdout.write(usage);
} else if (selection.kind === 'wrong') {
  process.stderr.write(`bulkhead: ${selection.message}\n${usage}`);
  process.exitCode = 2;
} else {
  const totals = await runStages(selection.stages, (text) => process.stdout.write(text));
  process.stdout.write(`${summaryLine(totals)}\n`);
  // Nothing failed is no success when nothing ran.
  process.exitCode = totals.failed === 0 && totals.passed > 0 ? 0 : 1;
}
