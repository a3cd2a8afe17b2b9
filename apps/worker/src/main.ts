import { parseArgs } from 'node:util';
import { errorLine } from '@bulkhead/core';
import { loadConfig } from '@bulkhead/runtime';
import { WorkerConfig } from './config.ts';
import { WorkerError } from './error.ts';
import { runWorker } from './run.ts';

const USAGE = `Usage: bulkhead worker --config FILE

Crawls registries, scans their images and judges stored images again when advisories change, as jobs
on Redis. Prints events as JSON lines on standard output; serves metrics and health on 127.0.0.1.
docs/reference/worker.md has every key.

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
    throw new WorkerError('INVALID_ARGUMENTS', {
      what: 'the worker cannot start',
      why: 'no configuration was given',
      fix: 'give one with --config FILE',
    });
  }
  return runWorker(loadConfig({ schema: WorkerConfig, file: flags.config, environment: process.env }));
}

function readFlags(): { readonly config: string | undefined; readonly help: boolean } {
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } as const;
    const { values } = parseArgs({ options });
    return { config: values.config, help: values.help };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new WorkerError('INVALID_ARGUMENTS', { what: 'the worker cannot start', why, fix: 'see --help' }, { cause });
  }
}

const WRONG_USE = new Set(['INVALID_ARGUMENTS', 'CONFIG_INVALID', 'CONFIG_UNREADABLE']);

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${errorLine(error)}\n`);
  process.exitCode = WRONG_USE.has((error as { code?: string }).code ?? '') ? 2 : 1;
}
