import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { OciError } from '../error.ts';
import { Authorizer } from './authorizer.ts';
import { isPassing, isPlainText } from './connection-error.ts';
import type { CredentialSource } from './credentials.ts';
import { Http, type HttpMethod, type HttpRequest } from './http.ts';
import { DEFAULT_REGISTRY } from './reference.ts';

/** Tries of one request. With the delays below the last comes about half a minute after the first. */
const MAX_TRIES = 5;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 15_000;
/** A registry that says to come back later than this is not waited for. */
const MAX_RETRY_AFTER_MS = 60_000;

/** Docker Hub's registry is not at its name. */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

export interface EndpointOptions {
  readonly credentials: CredentialSource;
  /** Certificates of authorities to trust besides the usual ones, in PEM. */
  readonly ca?: string;
  /** Without encryption. Registries on this machine may do without it anyway. */
  readonly plainHttp?: boolean;
  readonly maxConnections?: number;
  /** The first delay before a request is tried again; the next ones are longer. */
  readonly firstDelayMs?: number;
}

/** One registry's address: sends requests with what it asks for as proof, and again where that may help. */
export class Endpoint {
  readonly registry: string;
  readonly #options: EndpointOptions;
  readonly #http: Http;
  readonly #authorizer: Authorizer;
  #base: URL;

  constructor(registry: string, options: EndpointOptions) {
    this.registry = registry;
    this.#options = options;
    const { ca, maxConnections } = options;
    this.#http = new Http({ ...(ca !== undefined && { ca }), ...(maxConnections !== undefined && { maxConnections }) });
    this.#authorizer = new Authorizer(registry, this.#http, options.credentials);
    const host = registry === DEFAULT_REGISTRY ? DOCKER_HUB_HOST : registry;
    this.#base = new URL(`${options.plainHttp === true ? 'http' : 'https'}://${host}`);
  }

  /** The path of a place that the registry named; undefined where it is of another host, which must not get its proof. */
  pathOf(location: string): string | undefined {
    const url = URL.parse(location, this.#base);
    return url === null || url.host !== this.#base.host ? undefined : `${url.pathname}${url.search}`;
  }

  /** The answer to a request, when its status is one of those `accepted`; every other outcome is an error. */
  async request(
    path: string,
    scope: string,
    signal: AbortSignal,
    { method = 'GET', headers = {}, body, accepted = [200] }: RequestOptions = {},
  ): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt += 1) {
      let response: IncomingMessage;
      try {
        response = await this.#authorized(path, scope, {
          method,
          headers,
          signal,
          ...(body !== undefined && { body }),
        });
      } catch (error) {
        if (attempt >= MAX_TRIES || !isPassing(error)) throw error;
        await this.#delay(attempt, undefined, signal);
        continue;
      }
      const status = response.statusCode ?? 0;
      if (accepted.includes(status)) return response;
      // A body nobody reads would hold the connection.
      response.resume();
      const isPassed = status !== 429 && status < 500;
      const after = retryAfterMs(response);
      if (isPassed || attempt >= MAX_TRIES || (after ?? 0) > MAX_RETRY_AFTER_MS)
        throw await this.#refusal(status, path);
      await this.#delay(attempt, after, signal);
    }
  }

  async #authorized(path: string, scope: string, request: Sent): Promise<IncomingMessage> {
    const response = await this.#send(path, request, this.#authorizer.known(scope));
    const challenge = response.headers['www-authenticate'];
    if (response.statusCode !== 401 || challenge === undefined) return response;
    response.resume();
    // Also where a token was sent: it may have ended early.
    const authorization = await this.#authorizer.answer(challenge, scope, this.#base, request.signal);
    if (authorization === undefined) throw this.#authorizer.denied(false);
    return this.#send(path, request, authorization);
  }

  async #send(path: string, request: Sent, authorization: string | undefined): Promise<IncomingMessage> {
    const headers = authorization === undefined ? request.headers : { ...request.headers, authorization };
    try {
      return await this.#http.send(new URL(path, this.#base), { ...request, headers });
    } catch (error) {
      if (this.#base.protocol !== 'https:' || !isThisMachine(this.#base) || !isPlainText(error)) throw error;
      this.#base = new URL(`http://${this.#base.host}`);
      return this.#send(path, request, authorization);
    }
  }

  close(): void {
    this.#http.close();
  }

  async #delay(attempt: number, after: number | undefined, signal: AbortSignal): Promise<void> {
    const ceiling = Math.min((this.#options.firstDelayMs ?? FIRST_DELAY_MS) * 2 ** (attempt - 1), MAX_DELAY_MS);
    // Half of it by chance: many scanners that were refused together must not come back together.
    const chosen = ceiling / 2 + (Math.random() * ceiling) / 2;
    await sleep(Math.max(chosen, after ?? 0), undefined, { signal });
  }

  async #refusal(status: number, path: string): Promise<OciError> {
    if (status === 401 || status === 403) return this.#authorizer.denied(await this.#authorizer.hasCredentials());
    const what = path.replace(/^\/v2\//, '').replace(/\?.*$/, '');
    if (status === 404) {
      return new OciError('IMAGE_NOT_FOUND', {
        what: `the registry ${this.registry} has no ${what.slice(0, 200)}`,
        fix: 'check the name and the tag; some registries also say so to those who may not see it',
      });
    }
    const why = status === 429 ? 'it asks to be left alone for a while (429)' : `it answers with ${status} to ${what}`;
    const fix = 'try again later, or ask whoever runs it';
    return new OciError('REGISTRY_FAILED', { what: `the registry ${this.registry} does not do as asked`, why, fix });
  }
}

export interface RequestOptions {
  readonly method?: HttpMethod;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: HttpRequest['body'];
  readonly accepted?: readonly number[];
}

type Sent = HttpRequest & { readonly headers: Readonly<Record<string, string>> };

function isThisMachine({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

/** RFC 9110 section 10.2.3: seconds, or a date. */
function retryAfterMs(response: IncomingMessage): number | undefined {
  const value = response.headers['retry-after'];
  if (value === undefined) return undefined;
  const ms = /^\d{1,9}$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(ms, 0);
}
