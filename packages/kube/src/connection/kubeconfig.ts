import type { Agent } from 'node:http';
import type { RequestOptions } from 'node:https';
import type { KubeConfig } from '@kubernetes/client-node';
import { KubeError } from '../error.ts';
import type { Authorization, Connection } from './connection.ts';

export interface KubeconfigOptions {
  /** The file; absent: what KUBECONFIG names, or `~/.kube/config`. */
  readonly file?: string;
  /** Absent: the file's current one. */
  readonly context?: string;
}

/**
 * The connection that a kubeconfig describes: tokens, token files, certificates, exec plug-ins, OIDC and proxies are read by
 * `@kubernetes/client-node`, which is loaded here and not before, since it takes tens of megabytes. Throws
 * `NO_CONFIGURATION`.
 */
export async function kubeconfigConnection(options: KubeconfigOptions = {}): Promise<Connection> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  try {
    if (options.file === undefined) config.loadFromDefault();
    else config.loadFromFile(options.file);
  } catch (cause) {
    throw noConfiguration(options, cause instanceof Error ? cause.message : String(cause), cause);
  }
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null) {
      const known = config.getContexts().map(({ name }) => name);
      throw noConfiguration(
        options,
        `it has no context ${JSON.stringify(options.context)}; known are ${known.join(', ')}`,
      );
    }
    config.setCurrentContext(options.context);
  }
  return connectionOf(config, options);
}

function connectionOf(config: KubeConfig, options: KubeconfigOptions): Connection {
  const server = config.getCurrentCluster()?.server;
  if (server === undefined || !URL.canParse(server)) {
    throw noConfiguration(options, 'its current context names no cluster with an address');
  }
  let agent: Agent | undefined;
  return {
    server: new URL(server),
    namespace: config.getContextObject(config.getCurrentContext())?.namespace ?? 'default',
    async authorize(): Promise<Authorization> {
      const request: RequestOptions = { headers: {} };
      try {
        await config.applyToHTTPSOptions(request);
      } catch (cause) {
        throw noConfiguration(options, cause instanceof Error ? cause.message : String(cause), cause);
      }
      agent = request.agent instanceof Object ? request.agent : undefined;
      const { headers, auth, agent: _, ...tls } = request;
      return { headers: { ...plainHeaders(headers), ...basic(auth) }, agent, tls: { ...tls } };
    },
    // Plug-ins and providers keep and renew their tokens themselves.
    forget: () => undefined,
    close: () => agent?.destroy(),
  };
}

function plainHeaders(headers: RequestOptions['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function basic(auth: string | null | undefined): Record<string, string> {
  return auth == null ? {} : { authorization: `Basic ${Buffer.from(auth).toString('base64')}` };
}

function noConfiguration({ file }: KubeconfigOptions, why: string, cause?: unknown): KubeError {
  const what = `cannot use the kubeconfig${file === undefined ? '' : ` ${JSON.stringify(file)}`}`;
  return new KubeError('NO_CONFIGURATION', { what, why, fix: 'name one by KUBECONFIG' }, { cause });
}
