import { join } from 'node:path';
import { LineProcess } from './line-process.ts';
import type { Host } from './network.ts';
import { runIn } from './run.ts';
import { HTTP_PORT, TLS_PORT } from './workload/ports.ts';

const WORKLOAD = join(import.meta.dirname, 'workload');

export interface ServerOptions {
  /** Files of the certificate; with one the server speaks TLS as well. */
  readonly identity?: { readonly key: string; readonly certificate: string };
  /** What is answered, by path. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** Starts an HTTP server in a host and waits until it listens. It logs a line for each request that reached it. */
export async function startServer(host: Host, { identity, answers = {} }: ServerOptions = {}): Promise<LineProcess> {
  const parameters = ['--answers', JSON.stringify(answers)];
  if (identity !== undefined) parameters.push('--key', identity.key, '--certificate', identity.certificate);
  const script = join(WORKLOAD, 'server.ts');
  const server = new LineProcess(`server in ${host.name}`, host.path, process.execPath, [script, ...parameters]);
  try {
    await server.waitFor('listening', (line) => line.event === 'listening');
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** What a client got: an answer, or the code of the error that it got instead. */
export interface Outcome {
  readonly status?: number;
  readonly body?: string;
  readonly error?: string;
  readonly ms: number;
}

export interface RequestOptions {
  readonly path: string;
  readonly body?: string;
  readonly ip?: 4 | 6;
  /** Address and port that are asked instead of the other host's own: those of a service. */
  readonly at?: string;
  /** With this the request is made over TLS, to a server whose certificate it is. */
  readonly tls?: { readonly certificate: string; readonly name: string };
  /** How long the client waits for an answer. */
  readonly timeoutMs?: number;
}

/** One request from a host to another, by a process of its own. */
export async function request(from: Host, to: Host, options: RequestOptions): Promise<Outcome> {
  const { path, body, ip = 4, at, tls, timeoutMs } = options;
  const address = ip === 4 ? to.ipv4 : `[${to.ipv6}]`;
  const origin = tls === undefined ? `http://${at ?? `${address}:${HTTP_PORT}`}` : `https://${address}:${TLS_PORT}`;
  const parameters = ['--url', `${origin}${path}`];
  if (body !== undefined) parameters.push('--body', body);
  if (tls !== undefined) parameters.push('--certificate', tls.certificate, '--name', tls.name);
  if (timeoutMs !== undefined) parameters.push('--timeout', String(timeoutMs));
  const output = await runIn(from.path, process.execPath, [join(WORKLOAD, 'client.ts'), ...parameters]);
  return JSON.parse(output) as Outcome;
}

/** Keeps one connection between two hosts busy, and tells of every answer. After SIGUSR2 its requests carry a card. */
export function startSteadyClient(from: Host, to: Host): LineProcess {
  const script = join(WORKLOAD, 'steady-client.ts');
  return new LineProcess(`steady client in ${from.name}`, from.path, process.execPath, [script, '--host', to.ipv4]);
}
