import type { ClientRequest, Agent as HttpAgent, IncomingMessage, RequestOptions } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { OciError } from '../error.ts';
import { connectionError } from './connection-error.ts';

/** Redirects from a registry to its storage: one is usual. */
const MAX_REDIRECTS = 5;
/** Longest silence on a connection, also while connecting. A registry that says nothing for so long is not there. */
const SILENCE_MS = 30_000;
/** Enough for the layers of two images that are read at once. */
const DEFAULT_CONNECTIONS = 8;

export interface HttpOptions {
  /** Certificates of authorities to trust besides the usual ones, in PEM. */
  readonly ca?: string;
  readonly maxConnections?: number;
}

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT';

export interface HttpRequest {
  readonly method?: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or what gives the bytes from the start: once more for each redirect and each new try. */
  readonly body?: string | (() => Readable);
  readonly signal: AbortSignal;
}

/** The connections to one registry and what it leads to. Answers of every status are values; only silence throws. */
export class Http {
  readonly #options: HttpOptions;
  readonly #agents = new Map<string, HttpAgent | HttpsAgent>();

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  /** Sends a request and follows redirects. The caller reads the answer's body to its end or destroys it. */
  async send(url: URL, request: HttpRequest): Promise<IncomingMessage> {
    let at = url;
    let { headers = {} } = request;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
      const response = await this.#once(at, { ...request, headers });
      const { location } = response.headers;
      if (location === undefined || ![301, 302, 303, 307, 308].includes(response.statusCode ?? 0)) return response;
      response.destroy();
      const next = parseLocation(location, at);
      if (at.protocol === 'https:' && next.protocol !== 'https:') {
        throw new OciError('REGISTRY_FAILED', `${at.host} redirects to ${next.host} without encryption`);
      }
      // Storage services refuse a foreign authorization, and must not learn it.
      if (next.host !== at.host) headers = withoutAuthorization(headers);
      at = next;
    }
    throw new OciError('REGISTRY_FAILED', `${url.host} redirects more than ${MAX_REDIRECTS} times`);
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #once(url: URL, { method = 'GET', headers, body, signal }: HttpRequest): Promise<IncomingMessage> {
    const { agent, send } = await this.#transport(url);
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const options = { method, headers: { 'user-agent': 'bulkhead', ...headers }, agent, signal };
    const outgoing = send(url, options, resolve);
    outgoing.setTimeout(SILENCE_MS, () => outgoing.destroy(new SilenceError()));
    outgoing.on('error', (error) => reject(signal.aborted ? error : connectionError(url, error)));
    if (typeof body === 'function') sendStream(body(), outgoing, reject);
    else outgoing.end(body);
    return promise;
  }

  /** Node's clients are loaded when something is sent: most scans of files never do, and that takes a tenth of a second. */
  async #transport({ protocol }: URL): Promise<Transport> {
    const { ca, maxConnections = DEFAULT_CONNECTIONS } = this.#options;
    const options = { keepAlive: true, maxSockets: maxConnections, proxyEnv: process.env };
    if (protocol === 'https:') {
      const [{ Agent, request }, { getCACertificates }] = await Promise.all([import('node:https'), import('node:tls')]);
      const authorities = () => (ca === undefined ? {} : { ca: [...getCACertificates('default'), ca] });
      return { send: request, agent: this.#agent(protocol, () => new Agent({ ...options, ...authorities() })) };
    }
    const { Agent, request } = process.getBuiltinModule('node:http');
    return { send: request, agent: this.#agent(protocol, () => new Agent(options)) };
  }

  /** One for each protocol. */
  #agent(protocol: string, make: () => HttpAgent | HttpsAgent): HttpAgent | HttpsAgent {
    const known = this.#agents.get(protocol);
    if (known !== undefined) return known;
    const agent = make();
    this.#agents.set(protocol, agent);
    return agent;
  }
}

interface Transport {
  readonly agent: HttpAgent | HttpsAgent;
  readonly send: (url: URL, options: RequestOptions, onAnswer: (answer: IncomingMessage) => void) => ClientRequest;
}

/** What cannot be read is no fault of the registry. An answer may come before the end of the body: it is not sent on. */
function sendStream(body: Readable, outgoing: ClientRequest, reject: (error: Error) => void): void {
  body.on('error', (error) => {
    reject(error);
    outgoing.destroy();
  });
  outgoing.on('close', () => body.destroy());
  body.pipe(outgoing);
}

class SilenceError extends Error {
  readonly code = 'ETIMEDOUT';
  constructor() {
    super(`nothing came for ${SILENCE_MS / 1000} seconds`);
  }
}

function parseLocation(location: string, base: URL): URL {
  const url = URL.parse(location, base);
  if (url !== null && (url.protocol === 'https:' || url.protocol === 'http:')) return url;
  throw new OciError('REGISTRY_FAILED', `${base.host} redirects to a place that is none`);
}

function withoutAuthorization(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { authorization: _, ...rest } = headers;
  return rest;
}
