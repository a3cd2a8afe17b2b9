import { spawn } from 'node:child_process';

/** A cluster that is reached as its administrator reaches it. */
export interface Target {
  /** What programs for this cluster are started with, such as the network namespace that it lives in. */
  readonly prefix: readonly string[];
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Where the images of Bulkhead are: before `/bulkhead-<component>:<tag>`. */
  readonly registry: string;
  readonly tag: string;
  /** Where the container runtime of its nodes is, in the words of the chart's values. */
  readonly agentValues: Readonly<Record<string, unknown>>;
  /** Which image of PostgreSQL its nodes have, in the same words; the chart's own if nothing is said. */
  readonly postgresValues: Readonly<Record<string, unknown>>;
  /** As above, of Redis. */
  readonly redisValues: Readonly<Record<string, unknown>>;
  /** An image of the registry that Docker gives away. */
  readonly registryImage: string;
  /** Removes the cluster, where it was made for this. */
  close(): Promise<void>;
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** More than any command here prints. */
const MAX_OUTPUT = 16 << 20;
const DEADLINE_MS = 300_000;

/** Runs a program for a cluster. Does not reject: how it ended is in what it gives. */
export function runFor(
  { prefix, kubeconfig }: Target,
  command: readonly string[],
  input = '',
  deadlineMs = DEADLINE_MS,
): Promise<Finished> {
  const [program = '', ...parameters] = [...prefix, ...command];
  const { promise, resolve } = Promise.withResolvers<Finished>();
  const child = spawn(program, parameters, {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    timeout: deadlineMs,
    killSignal: 'SIGKILL',
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    stdout = (stdout + text.toString()).slice(-MAX_OUTPUT);
  });
  child.stderr.on('data', (text: Buffer) => {
    stderr = (stderr + text.toString()).slice(-MAX_OUTPUT);
  });
  child.on('error', (error) => resolve({ code: 127, stdout, stderr: `${stderr}${error.message}` }));
  child.on('close', (code, signal) => resolve({ code: code ?? 128, stdout, stderr: stderr + (signal ?? '') }));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  return promise;
}

/** As `runFor`, for what has to succeed: rejects with what the program complained about. */
export async function requireFor(target: Target, command: readonly string[], input = ''): Promise<string> {
  const { code, stdout, stderr } = await runFor(target, command, input);
  if (code !== 0)
    throw new Error(`${command.slice(0, 6).join(' ')}: ${stderr.trim() || stdout.trim() || `exit ${code}`}`);
  return stdout;
}

/** Runs kubectl. */
export function kubectl(target: Target, parameters: readonly string[], input = ''): Promise<string> {
  return requireFor(target, [target.kubectl, ...parameters], input);
}

/** Runs a program of JavaScript in a pod that has Node. */
export function exec(
  target: Target,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  script: string,
  parameters: readonly string[],
  input = '',
): Promise<string> {
  const interactive = input === '' ? [] : ['-i'];
  const program = ['/usr/local/bin/node', '-e', script, ...parameters];
  return kubectl(target, ['-n', namespace, 'exec', ...interactive, name, '--', ...program], input);
}

/** Has kubectl apply objects, all at once. */
export async function apply(target: Target, objects: readonly object[]): Promise<void> {
  await kubectl(target, ['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
}
