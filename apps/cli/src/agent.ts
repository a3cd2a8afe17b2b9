import { fileURLToPath } from 'node:url';
import { CliError } from './error.ts';

const AGENT = new URL('../../agent/src/main.ts', import.meta.url);

/**
 * Turns this process into the agent. Replaced, not spawned: signals, the terminal and the exit code are the agent's,
 * and no second process waits beside it.
 */
export function becomeAgent(args: readonly string[]): never {
  if (process.execve === undefined) {
    throw new CliError('USAGE', {
      what: 'cannot start the agent',
      why: 'this system cannot replace a process',
      fix: 'use Linux',
    });
  }
  return process.execve(process.execPath, [process.execPath, fileURLToPath(AGENT), ...args], { ...process.env });
}
