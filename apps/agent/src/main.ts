import { parseArgs } from 'node:util';
import { errorLine } from '@bulkhead/core';
import { formatProblem, PolicyError } from '@bulkhead/policy';
import { loadConfig } from '@bulkhead/runtime';
import { AgentConfig } from './config.ts';
import { AgentError } from './error.ts';
import { runAgent } from './run.ts';

const USAGE = `Usage: bulkhead agent --config FILE

Protects the workloads of this machine that a policy selects. Prints events as JSON lines on standard
output; serves metrics and health on 127.0.0.1. Needs root. docs/reference/agent.md has every key.

  --config FILE   configuration (YAML or JSON)
  --help          this text
`;

/** Exit codes: 0 ended as asked, 1 could not do its work, 2 was called or configured wrongly. */
async function main(): Promise<number> {
  const flags = readFlags();
  if (flags.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  if (flags.config === undefined) {
    throw new AgentError('INVALID_ARGUMENTS', {
      what: 'the agent cannot start',
      why: 'no configuration was given',
      fix: 'give one with --config FILE',
    });
  }
  const config = loadConfig({ schema: AgentConfig, file: flags.config, environment: process.env });
  return runAgent(config, flags.config);
}

function readFlags(): { readonly config: string | undefined; readonly help: boolean } {
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } as const;
    const { values } = parseArgs({ options });
    return { config: values.config, help: values.help };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AgentError('INVALID_ARGUMENTS', { what: 'the agent cannot start', why, fix: 'see --help' }, { cause });
  }
}

const WRONG_USE = new Set([
  'INVALID_ARGUMENTS',
  'CONFIG_INVALID',
  'CONFIG_UNREADABLE',
  'INVALID_POLICY',
  'UNREADABLE_FILE',
]);

try {
  process.exitCode = await main();
} catch (error) {
  // One line for the error; a policy's problems are listed below it, since each has a place of its own.
  process.stderr.write(`${errorLine(error)}\n`);
  if (error instanceof PolicyError && error.problems.length > 1) {
    for (const problem of error.problems) process.stderr.write(`  ${formatProblem(problem)}\n`);
  }
  process.exitCode = WRONG_USE.has((error as { code?: string }).code ?? '') ? 2 : 1;
}
