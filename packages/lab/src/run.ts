import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** More than any tool the lab uses prints. */
const MAX_OUTPUT_BYTES = 64 << 20;

/** Runs a program to its end and gives what it printed. A failure carries the program's own complaint. */
export async function run(program: string, parameters: readonly string[]): Promise<string> {
  try {
    const { stdout } = await execute(program, parameters, { maxBuffer: MAX_OUTPUT_BYTES });
    return stdout;
  } catch (error) {
    const complaint = (error as { stderr?: string }).stderr?.trim();
    const why = complaint === undefined || complaint === '' ? String(error) : complaint;
    throw new Error(`${program} ${parameters.join(' ')}: ${why}`, { cause: error });
  }
}

/** As `run`, inside a network namespace. `ip netns exec` would remount /sys; this changes nothing but the network. */
export function runIn(netnsPath: string, program: string, parameters: readonly string[]): Promise<string> {
  return run('nsenter', [`--net=${netnsPath}`, program, ...parameters]);
}
