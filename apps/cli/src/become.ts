import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from './error.ts';

type Program = 'agent' | 'api' | 'webhook' | 'worker';

/** Where another program lies, seen from this file: among the sources, or bundled beside this program's bundle. */
const PLACES = [(name: Program) => `../../${name}/src/main.ts`, (name: Program) => `../${name}/main.js`];

/**
 * Turns this process into another program of Bulkhead. Replaced, not spawned: signals, the terminal and the exit code
 * are that program's, and no second process waits beside it.
 */
export function become(program: Program, args: readonly string[]): never {
  if (process.execve === undefined) {
    throw new CliError('USAGE', {
      what: `cannot start the ${program}`,
      why: 'this system cannot replace a process',
      fix: 'use Linux',
    });
  }
  return process.execve(process.execPath, [process.execPath, programFile(program), ...args], {
    ...process.env,
  });
}

/** The file that another program of Bulkhead starts with. Throws where this installation does not have it. */
export function programFile(program: Program): string {
  const main = PLACES.map((place) => join(import.meta.dirname, place(program))).find((path) => existsSync(path));
  if (main !== undefined) return main;
  throw new CliError('USAGE', {
    what: `cannot start the ${program}`,
    why: 'it is not part of this installation',
    fix: `use the image of the ${program}`,
  });
}
