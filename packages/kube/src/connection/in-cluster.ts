import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { KubeError } from '../error.ts';
import type { Authorization, Connection } from './connection.ts';

/** Where the kubelet mounts what a pod needs to speak to the API server. */
export const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Bound tokens are replaced at four fifths of their life, which is ten minutes at least. */
const TOKEN_FRESH_MS = 60_000;
/** Watches stay open; more than these at once wait. */
const MAX_SOCKETS = 64;
const KEEP_ALIVE_MS = 30_000;

export interface InClusterOptions {
  readonly folder?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Whether this process runs in a pod that has a service account. */
export function isInCluster({ environment = process.env }: InClusterOptions = {}): boolean {
  return environment['KUBERNETES_SERVICE_HOST'] !== undefined && environment['KUBERNETES_SERVICE_PORT'] !== undefined;
}

/**
 * The connection of a pod, by its service account. The token is read again every minute and after it was refused, the
 * certificate of the authority with each new token. Loads nothing but this file: a pod has no use for a kubeconfig's
 * proxies, plug-ins and providers. Throws `NO_CONFIGURATION`.
 */
export function inClusterConnection(options: InClusterOptions = {}): Connection {
  const { folder = SERVICE_ACCOUNT_FOLDER, environment = process.env } = options;
  const [host, port] = [environment['KUBERNETES_SERVICE_HOST'], environment['KUBERNETES_SERVICE_PORT']];
  if (host === undefined || port === undefined) {
    throw noConfiguration('KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set');
  }
  const server = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  const authority = new RotatingAuthority(join(folder, 'ca.crt'));
  let token: { readonly text: string; readonly at: number } | undefined;

  return {
    server,
    namespace: readText(join(folder, 'namespace')) ?? 'default',
    async authorize(): Promise<Authorization> {
      if (token === undefined || performance.now() - token.at > TOKEN_FRESH_MS) {
        const text = await readFile(join(folder, 'token'), 'utf8').catch((cause: unknown) => {
          throw noConfiguration('the token of the service account cannot be read', cause);
        });
        token = { text: text.trim(), at: performance.now() };
        authority.refresh();
      }
      return { headers: { authorization: `Bearer ${token.text}` }, agent: authority.agent, tls: {} };
    },
    forget() {
      token = undefined;
    },
    close: () => authority.agent.destroy(),
  };
}

/** The agent of connections that trust the authority in a file; another agent once the file has another. */
class RotatingAuthority {
  readonly #file: string;
  #ca: string;
  agent: Agent;

  constructor(file: string) {
    this.#file = file;
    const ca = readText(file);
    if (ca === undefined) throw noConfiguration(`${file} cannot be read`);
    this.#ca = ca;
    this.agent = agentFor(ca);
  }

  refresh(): void {
    const ca = readText(this.#file);
    if (ca === undefined || ca === this.#ca) return;
    this.#ca = ca;
    // Requests that are under way keep the agent that is replaced.
    this.agent = agentFor(ca);
  }
}

function agentFor(ca: string): Agent {
  return new Agent({ keepAlive: true, keepAliveMsecs: KEEP_ALIVE_MS, maxSockets: MAX_SOCKETS, ca });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}

function noConfiguration(why: string, cause?: unknown): KubeError {
  return new KubeError(
    'NO_CONFIGURATION',
    { what: 'cannot use the service account of this pod', why, fix: 'mount it, or give a kubeconfig' },
    { cause },
  );
}
