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
  /** What a flag has the program do instead of running the service: it needs no configuration, and resolves with the exit code. */
  readonly instead?: Readonly<Record<string, () => Promise<number>>>;
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
  const { name, usage, instead = {} } = service;
  const flags = readFlags(name, Object.keys(instead));
  if (flags.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [other] = Object.entries(instead).flatMap(([flag, run]) => (flags.given.includes(flag) ? [run] : []));
  if (other !== undefined) return other();
  if (flags.config === undefined) {
    throw new RuntimeError('INVALID_ARGUMENTS', {
      what: `the ${name} cannot start`,
      why: 'no configuration was given',
      fix: 'give one with --config FILE',
    });
  }
  return service.run(flags.config);
}

interface Flags {
  readonly config: string | undefined;
  readonly help: boolean;
  /** Those of the service's own flags that were given. */
  readonly given: readonly string[];
}

function readFlags(name: string, own: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      options: {
        config: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
        ...Object.fromEntries(own.map((flag) => [flag, { type: 'boolean' as const }])),
      },
    });
    const { config, help } = values;
    return {
      config: typeof config === 'string' ? config : undefined,
      help: help === true,
      given: Object.entries(values).flatMap(([flag, value]) => (value === true ? [flag] : [])),
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new RuntimeError(
      'INVALID_ARGUMENTS',
      { what: `the ${name} cannot start`, why, fix: 'see --help' },
      { cause },
    );
  }
}
