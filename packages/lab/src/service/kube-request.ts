import { request } from 'node:https';

/** What the API server answered. */
export interface KubeAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** Texts of the Warning headers. */
  readonly warnings: readonly string[];
}

/** Where an API server is, and as whom it is asked. */
export interface KubeAddress {
  readonly host: string;
  /** A port, or a socket's path that leads to one. */
  readonly port: number | string;
  readonly token: string;
  readonly ca: Buffer;
}

/** Asks an API server. `body` is sent as JSON, a PATCH as a merge. What is no JSON comes as `text`. */
export function askKube(
  { host, port, token, ca }: KubeAddress,
  method: string,
  path: string,
  body?: object,
): Promise<KubeAnswer> {
  return new Promise((fulfil, reject) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { authorization: `Bearer ${token}`, 'content-type': type };
    const to = typeof port === 'number' ? { host, port } : { host, socketPath: port };
    const sent = request({ ...to, method, path, ca, headers, agent: false, servername: '' }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const warnings = (response.headersDistinct['warning'] ?? []).map((line) => /"(.*)"/.exec(line)?.[1] ?? line);
        fulfil({ status: response.statusCode ?? 0, body: readBody(text), warnings });
      });
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Rejects while an API server is not ready, or has not made its first namespace yet, which comes a moment later. */
export async function kubeReady(address: KubeAddress): Promise<void> {
  for (const path of ['/readyz', '/api/v1/namespaces/default']) {
    const { status } = await askKube(address, 'GET', path);
    if (status !== 200) throw new Error(`${path} answers ${status}`);
  }
}

function readBody(text: string): KubeAnswer['body'] {
  try {
    return JSON.parse(text) as KubeAnswer['body'];
  } catch {
    return { text };
  }
}
