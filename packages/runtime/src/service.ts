import { parseArgs } from 'node:util';
import { errorLine } from '@bulkhead/core';
import { RuntimeError } from './error.ts';

/** A process that runs until it is asked to end, started with one configuration file. */
export interface Service {
  /** As people say it: `agent`. */
  readonly name: string;
  readonly usage: string;
  /** Codes of errors that mean wrong use, beside those of the arguments, the configuration and the files it names. */
  readonly wrongUse?: readonly string[];
  /** Lines that an error has more to say in, below its own. */
  detailsOf?(error: unknown): readonly string[];
  /** Resolves with the exit code when the service has ended. */
  run(configFile: string): Promise<number>;
}

const WRONG_USE: readonly string[] = ['INVALID_ARGUMENTS', 'CONFIG_INVALID', 'CONFIG_UNREADABLE', 'UNREADABLE_FILE'];

/** The main program of a service. Exit codes: 0 ended as asked, 1 could not do its work, 2 was called or configured wrongly. */
export async function serviceMain(service: Service): Promise<void> {
  try {
    process.exitCode = await start(service);
  } catch (error) {
    process.stderr.write(`${errorLine(error)}\n`);
    for (const line of service.detailsOf?.(error) ?? []) process.stderr.write(`  ${line}\n`);
    const code = (error as { code?: string }).code ?? '';
    process.exitCode = WRONG_USE.includes(code) || service.wrongUse?.includes(code) === true ? 2 : 1;
  }
}

async function start(service: Service): Promise<number> {
  const { name, usage } = service;
  const flags = readFlags(name);
  if (flags.help) {
    process.stdout.write(usage);
    return 0;
  }
  if (flags.config === undefined) {
    throw new RuntimeError('INVALID_ARGUMENTS', {
      what: `the ${name} cannot start`,
      why: 'no configuration was given',
      fix: 'give one with --config FILE',
    });
  }
  return service.run(flags.config);
}

function readFlags(name: string): { readonly config: string | undefined; readonly help: boolean } {
  try {
    const options = { config: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } } as const;
    const { values } = parseArgs({ options });
    return { config: values.config, help: values.help };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RuntimeError(
      'INVALID_ARGUMENTS',
      { what: `the ${name} cannot start`, why, fix: 'see --help' },
      { cause },
    );
  }
}
