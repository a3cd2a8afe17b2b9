import { spawn } from 'node:child_process';

import { ROOT } from './root.ts';

export interface Finished {
  readonly code: number;
  /** What it wrote to both of its outputs, as it came. */
  readonly output: string;
}

/** Runs a command without a terminal or input, and collects what it says. */
export async function runCommand(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return await new Promise((resolve) => {
    const finish = (code: number, more = '') =>
      resolve({ code, output: `$ ${command.join(' ')}\n${Buffer.concat(chunks).toString()}${more}` });
    child.on('error', (error) => finish(127, `${error.message}\n`));
    child.on('close', (code, signal) => finish(code ?? 128, signal === null ? '' : `ended by ${signal}\n`));
  });
}

/** The path of a tool that npm installed. */
export function npmTool(name: string): string {
  return `${ROOT}/node_modules/.bin/${name}`;
}
