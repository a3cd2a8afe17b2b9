import { EXIT_FAILURE, EXIT_INTERRUPTED } from './exit-code.ts';
import { run } from './run.ts';
import { version } from './version.ts';

/** What an orderly end may take after Ctrl-C. */
const GRACE_MS = 1000;

/** Set by commands that have more to end. */
let endsInItsTime = false;
const interruption = new AbortController();

// The first Ctrl-C ends in order, the second at once.
process.on('SIGINT', () => {
  if (interruption.signal.aborted) process.exit(EXIT_INTERRUPTED);
  interruption.abort(new Error('interrupted'));
  if (endsInItsTime) return;
  // A native read of a pipe that stays silent cannot be called back.
  setTimeout(() => process.exit(EXIT_INTERRUPTED), GRACE_MS).unref();
});

// A reader that has seen enough (`| head`) is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error: cannot write to standard output: ${error.message}; make room, or write elsewhere\n`);
  process.exit(EXIT_FAILURE);
});

// What nobody hears (`2>&1 | head`) keeps no command from its result.
process.stderr.on('error', () => undefined);

const io = {
  stdout: process.stdout,
  stderr: process.stderr,
  signal: interruption.signal,
  endsInItsTime: () => {
    endsInItsTime = true;
  },
};
process.exitCode = await run(process.argv.slice(2), io, version());
