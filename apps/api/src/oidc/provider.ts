import type { Clock } from '@bulkhead/core';
import type * as openid from 'openid-client';
import { boundedFetch, ProviderUnavailable } from './bounded-fetch.ts';
import type { OidcConfig } from './oidc-config.ts';
import type { Transaction } from './transaction.ts';

type Client = typeof openid;

export interface OpenIdProviderOptions {
  readonly config: Pick<OidcConfig, 'issuer' | 'clientId' | 'scopes'>;
  /** Where the provider sends browsers back to. */
  readonly redirectUri: string;
  readonly secret: () => Promise<string>;
  /** Of the provider, as PEM. */
  readonly ca: string | undefined;
  readonly clock: Clock;
  /** How long the provider may take for an answer. */
  readonly timeoutMs?: number;
}

/** Signatures by a key of the provider's own: nothing without one, and nothing by a secret that others share. */
const ALGORITHMS: ReadonlySet<string> = new Set([
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]);
/** How far the clocks of a provider and of the api may be apart. */
const SKEW_SECONDS = 60;
/** A token is fetched as soon as it is made. */
const MAX_AGE_SECONDS = 600;
/** After this the provider is asked anew what it is; its keys are asked for each five minutes, and when an unknown one signs. */
const DISCOVERY_MS = 3_600_000;
/** One that did not answer is left alone for so long. */
const RETRY_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** More than these are people who try again since nothing comes. */
const MAX_IN_WORK = 32;

/**
 * The OpenID provider, of which nothing is asked before somebody signs in by it. What it says is believed when it is signed by
 * one of its keys. Its methods throw what `refusalOf` explains.
 */
export class OpenIdProvider {
  readonly #options: OpenIdProviderOptions;
  readonly #fetch: openid.CustomFetch;
  #client: Promise<Client> | undefined;
  #found: { readonly configuration: openid.Configuration; readonly at: number } | undefined;
  #finding: Promise<openid.Configuration> | undefined;
  #failed: { readonly error: unknown; readonly at: number } | undefined;
  #inWork = 0;

  constructor(options: OpenIdProviderOptions) {
    this.#options = options;
    this.#fetch = boundedFetch(options.ca, options.timeoutMs ?? TIMEOUT_MS);
  }

  /** Where a browser goes to sign in. */
  signInUrl({ state, nonce, verifier }: Transaction): Promise<URL> {
    return this.#limited(async (client, configuration) => {
      const { config, redirectUri } = this.#options;
      return client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: [...new Set(['openid', ...config.scopes])].join(' '),
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
    });
  }

  /** The proven claims of the ID token that the code of a callback (its query) stands for. */
  redeem(query: URLSearchParams, { state, nonce, verifier }: Transaction): Promise<Readonly<Record<string, unknown>>> {
    return this.#limited(async (client, configuration) => {
      const url = new URL(this.#options.redirectUri);
      url.search = query.toString();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
      const claims = (await client.authorizationCodeGrant(configuration, url, checks)).claims();
      if (claims === undefined) throw new Error('there is no ID token in it');
      // By the clock that the client library reads as well.
      const age = Date.now() / 1_000 - claims.iat;
      if (age < -SKEW_SECONDS) throw new Error('its ID token was made in the future (iat)');
      if (age > MAX_AGE_SECONDS) throw new Error('its ID token was made too long ago (iat)');
      return claims;
    });
  }

  /**
   * Where a browser goes to end the session at the provider (OpenID Connect RP-Initiated Logout 1.0), which sends it back to
   * `returnTo`; nothing where the provider has no such place. It has no ID token to tell by who asks, and may ask back.
   */
  signOutUrl(returnTo: string): Promise<URL | undefined> {
    return this.#limited((client, configuration) => {
      const { end_session_endpoint: place } = configuration.serverMetadata();
      if (place === undefined || !URL.canParse(place) || new URL(place).protocol !== 'https:') {
        return Promise.resolve(undefined);
      }
      return Promise.resolve(client.buildEndSessionUrl(configuration, { post_logout_redirect_uri: returnTo }));
    });
  }

  async #limited<T>(work: (client: Client, configuration: openid.Configuration) => Promise<T>): Promise<T> {
    if (this.#inWork >= MAX_IN_WORK) {
      throw new ProviderUnavailable('the OpenID provider has not answered those who came before yet');
    }
    this.#inWork += 1;
    try {
      // Only who uses it pays for it.
      this.#client ??= import('openid-client');
      const client = await this.#client;
      return await work(client, await this.#configuration(client));
    } finally {
      this.#inWork -= 1;
    }
  }

  async #configuration(client: Client): Promise<openid.Configuration> {
    const now = this.#options.clock.now();
    if (this.#found !== undefined && now - this.#found.at < DISCOVERY_MS) return this.#found.configuration;
    if (this.#failed !== undefined && now - this.#failed.at < RETRY_MS) throw this.#failed.error;
    this.#finding ??= this.#discover(client)
      .catch((error: unknown) => {
        this.#failed = { error, at: now };
        throw error;
      })
      .finally(() => {
        this.#finding = undefined;
      });
    return this.#finding;
  }

  async #discover(client: Client): Promise<openid.Configuration> {
    const { config, clock, secret, timeoutMs = TIMEOUT_MS } = this.#options;
    const options = { [client.customFetch]: this.#fetch, timeout: (timeoutMs * 2) / 1_000 };
    const found = await client.discovery(new URL(config.issuer), config.clientId, undefined, client.None(), options);
    // As JSON, without the library's own functions in it.
    const server = JSON.parse(JSON.stringify(found.serverMetadata())) as openid.ServerMetadata;
    const offered = server.id_token_signing_alg_values_supported ?? ['RS256'];
    const metadata = {
      ...server,
      id_token_signing_alg_values_supported: offered.filter((name) => ALGORITHMS.has(name)),
    };
    const configuration = new client.Configuration(
      metadata,
      config.clientId,
      { [client.clockTolerance]: SKEW_SECONDS },
      authenticationAt(client, server.token_endpoint_auth_methods_supported, await secret()),
    );
    configuration[client.customFetch] = this.#fetch;
    configuration.timeout = options.timeout;
    // Also of tokens that come straight from the provider: whoever is between could not make one up.
    client.enableNonRepudiationChecks(configuration);
    this.#found = { configuration, at: clock.now() };
    this.#failed = undefined;
    return configuration;
  }
}

/** Discovery's default is the header (OpenID Connect Discovery 1.0, 3). */
function authenticationAt(client: Client, offered: readonly string[] | undefined, secret: string) {
  const methods = offered ?? ['client_secret_basic'];
  const onlyPost = methods.includes('client_secret_post') && !methods.includes('client_secret_basic');
  return onlyPost ? client.ClientSecretPost(secret) : client.ClientSecretBasic(secret);
}
