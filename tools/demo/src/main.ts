import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { renderSteps, type StepResult } from '@bulkhead/lab';
import { scenario } from './scenario.ts';
import { Stage } from './stage.ts';

const USAGE = `Usage: bulkhead demo [--output DIR]

Three workloads in network namespaces of their own, the agent that protects them, and a client that sends
a card number: in the clear it is stopped, encrypted it passes. Needs root; cleans up after itself.

  --output DIR   where the report (report.json) and the capture of the blocked session go; default demo-out
`;

const { values: flags } = parseArgs({
  options: { output: { type: 'string', default: 'demo-out' }, help: { type: 'boolean', short: 'h', default: false } },
});

/** Runs the demo and gives the exit code: 0 only when every step did what it should. */
async function main(interrupted: AbortSignal): Promise<number> {
  const output = resolve(flags.output);
  const started = performance.now();
  const say = (text: string): void => void process.stderr.write(text);

  say('setting up three workloads and the agent ... ');
  const stage = await Stage.open();
  const steps: StepResult[] = [];
  let capture: string | undefined;
  try {
    say(`ready in ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
    await mkdir(output, { recursive: true });
    for (const step of scenario(stage)) {
      if (interrupted.aborted) break;
      const result = await step();
      say(`  ${result.isAsExpected ? 'ok    ' : 'FAILED'} ${result.name}\n`);
      steps.push(result);
      capture ??= await keepCapture(result, output);
    }
  } finally {
    await stage.close();
  }
  if (interrupted.aborted) {
    say('interrupted; every namespace, rule and process was removed\n');
    return 130;
  }

  const isGood = steps.every((step) => step.isAsExpected) && capture !== undefined;
  const report = join(output, 'report.json');
  const totalMs = performance.now() - started;
  await writeFile(report, `${JSON.stringify({ schemaVersion: 1, isGood, totalMs, capture, steps }, undefined, 2)}\n`);
  process.stdout.write(`\n${renderSteps(steps)}\n`);
  process.stdout.write(`report   ${report}\ncapture  ${capture ?? 'none was written'}\n`);
  return isGood ? 0 : 1;
}

/** The agent's captures go with its folder: the first is what the user gets. */
async function keepCapture({ evidence }: StepResult, output: string): Promise<string | undefined> {
  const written = (evidence.capture as { file?: unknown } | undefined)?.file;
  if (typeof written !== 'string') return undefined;
  const kept = join(output, 'blocked-session.pcapng');
  await copyFile(written, kept);
  return kept;
}

if (flags.help) {
  process.stdout.write(USAGE);
} else {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interruption.abort());
  try {
    process.exitCode = await main(interruption.signal);
  } catch (error) {
    process.stderr.write(
      `\nerror: the demo could not run: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    process.exitCode = interruption.signal.aborted ? 130 : 1;
  }
}
