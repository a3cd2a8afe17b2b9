import { fileURLToPath } from 'node:url';
import { CliError } from './error.ts';

const PROGRAMS = {
  agent: new URL('../../agent/src/main.ts', import.meta.url),
  webhook: new URL('../../webhook/src/main.ts', import.meta.url),
  worker: new URL('../../worker/src/main.ts', import.meta.url),
} as const;

/**
 * Turns this process into another program of Bulkhead. Replaced, not spawned: signals, the terminal and the exit code
 * are that program's, and no second process waits beside it.
 */
export function become(program: keyof typeof PROGRAMS, args: readonly string[]): never {
  if (process.execve === undefined) {
    throw new CliError('USAGE', {
      what: `cannot start the ${program}`,
      why: 'this system cannot replace a process',
      fix: 'use Linux',
    });
  }
  return process.execve(process.execPath, [process.execPath, fileURLToPath(PROGRAMS[program]), ...args], {
    ...process.env,
  });
}
