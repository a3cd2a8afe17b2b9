import { spawn } from 'node:child_process';
import { NftablesError, type NftablesErrorCode } from './error.ts';
import { type NetworkNamespace, namespacePath } from './network-namespace.ts';

/** More than any ruleset prints; what exceeds it means that something else answers. */
const MAX_OUTPUT_BYTES = 16 << 20;
const MAX_COMPLAINT_BYTES = 4096;

/**
 * Runs a program inside a namespace, without a shell, and gives back what it printed. Rejects with the given code and
 * the program's own words when it fails, or with the reason why the namespace could not be entered.
 */
export function runProgram(
  namespace: NetworkNamespace,
  command: readonly [program: string, ...parameters: string[]],
  input: string,
  codeOnFailure: NftablesErrorCode,
): Promise<string> {
  const path = namespacePath(namespace);
  const [program, ...words] = path === '' ? command : (['nsenter', `--net=${path}`, ...command] as const);
  const fail = (complaint: string, cause?: Error) => failure(command[0], complaint, input, codeOnFailure, cause);
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
      if (output.length > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      complaint = (complaint + chunk).slice(0, MAX_COMPLAINT_BYTES);
    });
    // A program that ends before it has read its input is judged by its exit code.
    child.stdin.on('error', () => undefined).end(input);
    child.on('error', (cause) => reject(fail(cause.message, cause)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(fail(complaint.trim() || `ended with ${signal ?? code}`));
    });
  });
}

function failure(
  program: string,
  complaint: string,
  input: string,
  codeOnFailure: NftablesErrorCode,
  cause?: Error,
): NftablesError {
  const line = /line:? (\d+)/.exec(complaint)?.[1];
  const failingCommand = line === undefined ? undefined : input.split('\n')[Number(line) - 1];
  return new NftablesError(codeOf(complaint) ?? codeOnFailure, `${program}: ${complaint}`, { cause, failingCommand });
}

function codeOf(complaint: string): NftablesErrorCode | undefined {
  if (/must be root|Operation not permitted|Permission denied/.test(complaint)) return 'NOT_PERMITTED';
  if (/cannot open .*: |reassociate to namespace/.test(complaint)) return 'NAMESPACE_UNAVAILABLE';
  return undefined;
}
