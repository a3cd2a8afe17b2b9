import { PassThrough } from 'node:stream';
import { DETECTORS, jsonSchemas as dlpSchemas } from '@bulkhead/dlp';
import { jsonSchemas as policySchemas } from '@bulkhead/policy';

import { type MisconfigurationRule, misconfigurationRules, SECRET_SKIPS, scanJsonSchemas } from '@bulkhead/scanner';

import type { Command } from 'commander';
import { createProgram } from '../program.ts';

/** The reference pages that follow from the code, by their path below docs/reference. */
export async function referencePages(): Promise<Readonly<Record<string, string>>> {
  return {
    'cli.md': cliPage(),
    'detectors.md': detectorsPage(),
    'misconfigurations.md': await misconfigurationsPage(),
    'secrets.md': secretsPage(),
  };
}

/** The JSON Schemas that follow from the code, by their path below docs/reference. */
export async function referenceSchemas(): Promise<Readonly<Record<string, object>>> {
  return { ...dlpSchemas(), ...policySchemas(), ...(await scanJsonSchemas()) };
}

const CLI_INTRODUCTION = `# Command line

Generated from the program; \`node apps/cli/src/docs/write.ts\` writes it anew.

Results go to standard output, everything else to standard error: progress at a terminal, one line of summary
otherwise, and one line for each error (what, why, what to do). Output for equal input is equal, byte by byte, apart
from measured times.

| exit code            | meaning                                                                         |
| -------------------- | ------------------------------------------------------------------------------- |
| 0                    | done                                                                            |
| 1                    | wrong usage, or a file could not be read to its end: the result is not complete |
| N of \`--exit-code N\` | every file was read, and a finding has the verdict \`alert\`, \`mask\` or \`block\`   |
| 130                  | interrupted by Ctrl-C: nothing partial is left or printed as JSON               |

What scans exit with is in [scanning](scanning.md). \`agent\`, \`api\`, \`webhook\` and \`worker\` end with 2 for wrong usage
and for mistakes in a configuration or policy, and with 1 when something else fails.

Parts of a file that the inspector passed over, such as packets with wrong checksums or encodings that it does not know, do not change the
exit code: they are counted under \`not inspected\`, and as \`bytesNotInspected\` with their reasons; look there before you take no findings for
none. In folders \`dlp scan\` follows no links, and passes over pipes, sockets and devices.

A file that cannot be inspected does not keep the others from it: it is named on standard error, in \`errors\` of the
JSON report and as a record of kind \`error\` in JSON lines. A reader that goes away (\`| head\`) ends a command quietly.

Formats: \`table\` for people (at most 1000 findings of a file), \`json\` as one document
([captures](capture-report.schema.json), [text](text-report.schema.json)), \`jsonl\` with one record a line whose
\`kind\` is \`finding\`, \`file\` or \`error\`.
`;

function cliPage(): string {
  const sink = new PassThrough();
  const program = createProgram(
    { stdout: sink, stderr: sink, signal: new AbortController().signal },
    { exitCode: 0 },
    'VERSION',
  );
  const sections = leaves(program, []).map(
    ({ name, command }) => `\n## ${name}\n\n\`\`\`text\n${helpText(command).trimEnd()}\n\`\`\`\n`,
  );
  return CLI_INTRODUCTION + sections.join('');
}

function leaves(command: Command, path: readonly string[]): { name: string; command: Command }[] {
  const here = [...path, command.name()];
  const own = { name: here.join(' '), command };
  return [own, ...command.commands.flatMap((child) => leaves(child, here))];
}

function helpText(command: Command): string {
  const written: string[] = [];
  command.configureOutput({ writeOut: (text) => void written.push(text), getOutHelpWidth: () => 100 });
  command.outputHelp();
  return written.join('');
}

const DETECTORS_INTRODUCTION = `# Detectors

Generated from the catalogue; \`node apps/cli/src/docs/write.ts\` writes it anew. \`bulkhead dlp detectors\` prints the
same.

The strength says how much a detector's own check proves: \`checksum\` lets at most one random value in 97 pass,
\`weak-checksum\` about one in ten, \`shape\` has no check at all, \`anchored\` values start with a literal that stands
for itself, or stand where a protocol has such a value. What the check does not prove, the surroundings must: a field
name or a word near the value raises the confidence, a name such as \`orderId\` or \`traceId\` lowers it. Sensors act from
a minimum confidence on.

A report shows a datum masked, as in the examples, which are made from published test values.
`;

function detectorsPage(): string {
  const sections = DETECTORS.map(
    ({ id, title, category, strength, rule, norm, example }) =>
      `\n## ${id}\n\n${title} (${category}, \`${strength}\`).\n\n- Rule: ${rule}.\n- Norm: ${norm}.\n- Masked: \`${example}\`\n`,
  );
  return DETECTORS_INTRODUCTION + sections.join('');
}

const MISCONFIGURATIONS_INTRODUCTION = `# Misconfigurations

Generated from the catalogue; \`node apps/cli/src/docs/write.ts\` writes it anew.

What is looked for in Dockerfiles and Containerfiles (by their names) and in Kubernetes manifests (YAML and JSON, by what
is in them; items of a \`List\` and all documents of a file). Rules that say "Pod Security Standard" are the controls of
[Kubernetes' Pod Security Standards](https://kubernetes.io/docs/concepts/security/pod-security-standards/) at that level.

A file that is a template (Helm), is no valid YAML, nests deeper than 200 levels or holds more than 5000 objects is named
as a gap: it was not looked at, which is not the same as being in order. A rule sees one object of one file: what another
file adds, such as a network policy for the same namespace, it does not know.
`;

async function misconfigurationsPage(): Promise<string> {
  return MISCONFIGURATIONS_INTRODUCTION + (await misconfigurationRules()).map(misconfigurationSection).join('');
}

function misconfigurationSection({
  id,
  severity,
  title,
  why,
  fix,
  references,
  standard,
}: MisconfigurationRule): string {
  const level = standard === undefined ? '' : `- Pod Security Standard: ${standard}\n`;
  return `\n## ${id}\n\n${title} (${severity}).\n\n- Why: ${why}\n- Fix: ${fix}.\n${level}- See: ${references.map((one) => `<${one}>`).join(', ')}\n`;
}

const SECRETS_INTRODUCTION = `# Secrets in files

Generated from the catalogue; \`node apps/cli/src/docs/write.ts\` writes it anew.

\`--scanners secret\` looks for keys and tokens in the text files of images and folders, with the inspector's detectors and
their validators ([detectors](detectors.md)): a finding names the detector, the file and the line, and shows the value
masked; the value itself is never written anywhere. Values that documentation uses are no findings. In an image, files
count as they are with all layers applied: what a later layer removes is not reported.

Detectors: DETECTOR_LIST.

## What is passed over
`;

function secretsPage(): string {
  const detectors = DETECTORS.filter(({ category }) => category === 'secret').map(({ id }) => `\`${id}\``);
  const skips = SECRET_SKIPS.map(({ id, title, why }) => `\n- \`${id}\`: ${title}; ${why}.`);
  return `${SECRETS_INTRODUCTION.replace('DETECTOR_LIST', detectors.join(', '))}${skips.join('')}\n`;
}
