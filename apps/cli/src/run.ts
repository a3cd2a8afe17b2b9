import { CommanderError } from 'commander';
import type { Outcome } from './command.ts';
import { EXIT_FAILURE, EXIT_INTERRUPTED } from './exit-code.ts';
import type { Io } from './io.ts';
import { createProgram } from './program.ts';

/** Runs one command line and answers with the exit code. Every failure is one line on stderr. */
export async function run(args: readonly string[], io: Io, version: string): Promise<number> {
  const outcome: Outcome = { exitCode: 0 };
  try {
    await createProgram(io, outcome, version).parseAsync([...args], { from: 'user' });
    return outcome.exitCode;
  } catch (error) {
    // Usage errors have been written already; help and version end with 0 and are no errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_FAILURE;
    if (io.signal.aborted) {
      io.stderr.write('interrupted\n');
      return EXIT_INTERRUPTED;
    }
    const [{ errorLine }, { explain }] = await Promise.all([import('@bulkhead/core'), import('./error.ts')]);
    io.stderr.write(`${errorLine(explain(error).message)}\n`);
    return EXIT_FAILURE;
  }
}
