import { z } from 'zod';
import { collect } from '../blob/store.ts';
import { OciError } from '../error.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { CredentialSource, Credentials } from './credentials.ts';
import type { Http } from './http.ts';

const MAX_TOKEN_ANSWER_BYTES = 1 << 20;
/** What the token specification says to assume where a server does not say. */
const DEFAULT_TOKEN_SECONDS = 60;
/** A token is not used when it could end on its way. */
const MARGIN_MS = 5_000;
/** Scopes of one client: one a repository. */
const MAX_TOKENS = 10_000;

const TokenAnswer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

/**
 * Answers a registry's challenges: basic credentials (RFC 7617) and bearer tokens by Docker's token specification.
 * Tokens are kept for each scope until shortly before they end.
 */
export class Authorizer {
  readonly #registry: string;
  readonly #http: Http;
  readonly #source: CredentialSource;
  readonly #tokens = new Map<string, { readonly header: string; readonly until: number }>();
  #credentials: Promise<Credentials | undefined> | undefined;

  constructor(registry: string, http: Http, source: CredentialSource) {
    this.#registry = registry;
    this.#http = http;
    this.#source = source;
  }

  /** What is known to be accepted for a scope; undefined before the registry has asked for something. */
  known(scope: string): string | undefined {
    const token = this.#tokens.get(scope);
    return token !== undefined && token.until > Date.now() ? token.header : undefined;
  }

  /** Whether there are credentials: what a refusal means depends on it. */
  async hasCredentials(): Promise<boolean> {
    return (await this.#find()) !== undefined;
  }

  /** Makes an `Authorization` header for a challenge; undefined where there is nothing to answer it with. */
  async answer(header: string, scope: string, url: URL, signal: AbortSignal): Promise<string | undefined> {
    const challenges = parseChallenges(header);
    const credentials = await this.#find();
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer !== undefined) return this.#bearer(bearer, scope, url, credentials, signal);
    const isBasic = challenges.some(({ scheme }) => scheme === 'basic');
    if (!isBasic || credentials === undefined || 'identityToken' in credentials) return undefined;
    return this.#keep(scope, basic(credentials), Number.POSITIVE_INFINITY);
  }

  async #bearer(
    challenge: Challenge,
    scope: string,
    url: URL,
    credentials: Credentials | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const { realm, service } = this.#realm(challenge, url);
    const wanted = challenge.parameters.get('scope') ?? scope;
    const response =
      credentials !== undefined && 'identityToken' in credentials
        ? await this.#http.send(realm, {
            method: 'POST',
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
            body: new URLSearchParams({
              grant_type: 'refresh_token',
              refresh_token: credentials.identityToken,
              client_id: 'bulkhead',
              service,
              scope: wanted,
            }).toString(),
            signal,
          })
        : await this.#http.send(tokenUrl(realm, service, wanted), {
            headers: credentials === undefined ? {} : { authorization: basic(credentials) },
            signal,
          });
    const status = response.statusCode ?? 0;
    const content = await collect(response, MAX_TOKEN_ANSWER_BYTES, 'the answer of the token service');
    if (status === 401 || status === 403 || status === 400) throw this.denied(credentials !== undefined);
    if (status !== 200) throw this.#unusable(realm, `it answers with ${status}`);
    return this.#keepToken(content, scope, realm);
  }

  denied(withCredentials: boolean): OciError {
    const what = `the registry ${this.#registry} denies access`;
    return new OciError(
      'REGISTRY_DENIED',
      withCredentials
        ? { what, why: 'the credentials are wrong or allow too little', fix: `run: docker login ${this.#registry}` }
        : {
            what,
            why: 'there are no credentials for it, or no such repository',
            fix: `run: docker login ${this.#registry}`,
          },
    );
  }

  #keepToken(content: Buffer, scope: string, realm: URL): string {
    let answer: z.infer<typeof TokenAnswer>;
    try {
      answer = TokenAnswer.parse(JSON.parse(content.toString()));
    } catch {
      throw this.#unusable(realm, 'its answer is not understood');
    }
    const token = answer.token ?? answer.access_token;
    if (token === undefined || !/^[\x21-\x7e]+$/.test(token)) throw this.#unusable(realm, 'it gives no token');
    const seconds = answer.expires_in ?? DEFAULT_TOKEN_SECONDS;
    return this.#keep(scope, `Bearer ${token}`, Date.now() + seconds * 1000 - MARGIN_MS);
  }

  #keep(scope: string, header: string, until: number): string {
    if (this.#tokens.size >= MAX_TOKENS) this.#tokens.clear();
    this.#tokens.set(scope, { header, until });
    return header;
  }

  #realm(challenge: Challenge, registry: URL): { realm: URL; service: string } {
    const realm = URL.parse(challenge.parameters.get('realm') ?? '');
    if (realm === null || (realm.protocol !== 'https:' && realm.protocol !== 'http:')) {
      throw new OciError(
        'REGISTRY_FAILED',
        `the registry ${this.#registry} asks for a token without saying where from`,
      );
    }
    // Credentials that came here encrypted must not go on in clear because the registry says so.
    if (registry.protocol === 'https:' && realm.protocol !== 'https:') {
      throw this.#unusable(realm, 'it is not encrypted and the registry is');
    }
    return { realm, service: challenge.parameters.get('service') ?? '' };
  }

  #unusable(realm: URL, why: string): OciError {
    const what = `the token service ${realm.host} of the registry ${this.#registry} cannot be used`;
    return new OciError('REGISTRY_FAILED', { what, why });
  }

  #find(): Promise<Credentials | undefined> {
    this.#credentials ??= this.#source(this.#registry);
    return this.#credentials;
  }
}

function basic(credentials: Credentials): string {
  if ('identityToken' in credentials) return '';
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
}

function tokenUrl(realm: URL, service: string, scope: string): URL {
  const url = new URL(realm);
  if (service !== '') url.searchParams.set('service', service);
  for (const one of scope.split(' ')) if (one !== '') url.searchParams.append('scope', one);
  return url;
}
