import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a program to its end and gives what it printed; a failure carries its complaint. */
export async function run(program: string, parameters: readonly string[]): Promise<string> {
  const { stdout } = await execute(program, parameters, { maxBuffer: 16 << 20 });
  return stdout;
}
